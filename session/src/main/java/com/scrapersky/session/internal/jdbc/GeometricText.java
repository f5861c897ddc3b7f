package com.scrapersky.session.internal.jdbc;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The text of a point or a box as the server writes it: {@code (1,2)}. They come in binary where a statement has a name, and then the
 * driver writes them as Java does: {@code (1.0,2.0)} (pgjdbc 42.7.14, {@code PGpoint.getValue}). What the server wrote stays as it is.
 */
final class GeometricText {

    private static final Pattern NUMBER = Pattern.compile("[^(),]+");
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    /** As many digits tell every double from its neighbours. */
    private static final int MOST_DIGITS = 17;

    /** From which power of ten on, and below which one, the server writes an exponent ({@code d2s.c}, {@code to_chars}). */
    private static final int GREAT = 15;

    private static final int SMALL = -4;

    private GeometricText() {}

    static String of(String told) {
        return NUMBER.matcher(told).replaceAll(number -> number(Double.parseDouble(number.group())));
    }

    private static String number(double value) {
        if (Double.isNaN(value) || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
        return sign + (value == 0 ? "0" : written(shortest(Math.abs(value))));
    }

    /** Of the decimals between the neighbours' the one with the fewest digits: Java's own, before 19, may have one too many. */
    private static BigDecimal shortest(double value) {
        BigDecimal exact = new BigDecimal(value);
        BigDecimal least = exact.add(new BigDecimal(Math.nextDown(value))).divide(TWO);
        BigDecimal most = exact.add(new BigDecimal(Math.ulp(value)).divide(TWO));
        for (int digits = 1; digits < MOST_DIGITS; digits++) {
            // Above a power of two there is twice the room, and the next decimal there may do where the nearest does
            // not.
            for (RoundingMode way : List.of(RoundingMode.HALF_EVEN, RoundingMode.UP)) {
                BigDecimal rounded = exact.round(new MathContext(digits, way));
                if (rounded.compareTo(least) > 0 && rounded.compareTo(most) < 0) {
                    return rounded;
                }
            }
        }
        return exact.round(new MathContext(MOST_DIGITS, RoundingMode.HALF_EVEN));
    }

    private static String written(BigDecimal decimal) {
        BigDecimal stripped = decimal.stripTrailingZeros();
        int power = stripped.precision() - stripped.scale() - 1;
        if (power >= SMALL && power < GREAT) {
            return stripped.toPlainString();
        }
        String digits = stripped.unscaledValue().toString();
        String fraction = digits.length() == 1 ? "" : "." + digits.substring(1);
        int size = Math.abs(power);
        return digits.charAt(0) + fraction + (power < 0 ? "e-" : "e+") + (size < 10 ? "0" : "") + size;
    }
}
