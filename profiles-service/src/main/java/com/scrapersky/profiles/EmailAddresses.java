package com.scrapersky.profiles;

import java.util.Arrays;
import java.util.regex.Pattern;

/** Knows an e-mail address by its form, international ones included; that it exists only a letter to it can tell. */
final class EmailAddresses {

    private static final Pattern ATOM = Pattern.compile("[^\\s\\p{Cntrl}\"(),.:;<>@\\[\\\\\\]]+");
    private static final Pattern LABEL =
            Pattern.compile("[\\p{L}\\p{N}](?:[\\p{L}\\p{M}\\p{N}-]{0,61}[\\p{L}\\p{M}\\p{N}])?");
    private static final int LONGEST_LOCAL_PART = 64;

    private EmailAddresses() {}

    static boolean isValid(String text) {
        int at = text.lastIndexOf('@');
        if (at < 1 || at > LONGEST_LOCAL_PART) {
            return false;
        }
        String[] local = text.substring(0, at).split("\\.", -1);
        String[] domain = text.substring(at + 1).split("\\.", -1);
        return domain.length > 1
                && Arrays.stream(local).allMatch(ATOM.asMatchPredicate())
                && Arrays.stream(domain).allMatch(LABEL.asMatchPredicate());
    }
}
