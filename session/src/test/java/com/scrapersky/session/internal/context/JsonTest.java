package com.scrapersky.session.internal.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                " { \"a\" : 1 } ",
                "{\"a\":[1,-2.5e+3,0,null,true,false,\"\\u00e9\\n\\\"\"],\"b\":{\"c\":{}}}",
                "{\"a\":[]}"
            })
    void takesAnObject(String text) {
        assertThat(Json.isObject(text)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "1",
                "{",
                "{}x",
                "{'a':1}",
                "{\"a\"}",
                "{\"a\":}",
                "{\"a\":01}",
                "{\"a\":1.}",
                "{\"a\":-}",
                "{\"a\":\"\\x\"}",
                "{\"a\":\"\\u00g0\"}",
                "{\"a\":\"\n\"}",
                "{\"a\":nul}",
                "{\"a\":1,}",
                "{\"a\":[1,]}",
                "eyJhbGciOiJIUzI1NiJ9"
            })
    void takesNothingElse(String text) {
        assertThat(Json.isObject(text)).isFalse();
    }

    @Test
    void endsWithATextThatIsNestedWithoutEnd() {
        assertThat(Json.isObject("{\"a\":" + "[".repeat(100_000))).isFalse();
    }

    @Test
    void writesWhatItReads() {
        Map<String, Object> claims = new LinkedHashMap<>();
        claims.put("sub", UUID.fromString("00000000-0000-0000-0000-000000000001"));
        claims.put("exp", 1_900_000_000L);
        claims.put("roles", List.of("a", "b"));
        claims.put("array", new Object[] {1, null});
        claims.put("quoted", "\"\\\n\u0001é");
        claims.put("none", null);
        claims.put("app_metadata", Map.of("tenant", Arrays.asList()));
        String json = Json.of(claims);
        assertThat(json)
                .isEqualTo(
                        "{\"sub\":\"00000000-0000-0000-0000-000000000001\",\"exp\":1900000000,\"roles\":[\"a\",\"b\"],"
                                + "\"array\":[1,null],\"quoted\":\"\\\"\\\\\\u000a\\u0001é\",\"none\":null,"
                                + "\"app_metadata\":{\"tenant\":[]}}");
        assertThat(Json.isObject(json)).isTrue();
        assertThat(Json.of(Map.of())).isEqualTo("{}");
    }

    @Test
    void refusesWhatHasNoPlaceInJsonByItsType() {
        for (Object value : new Object[] {Double.NaN, Float.POSITIVE_INFINITY, new StringBuilder[0].getClass()}) {
            assertThatExceptionOfType(IllegalArgumentException.class)
                    .isThrownBy(() -> Json.of(Map.of("a", value)))
                    .withMessageContaining(value.getClass().getName());
        }
        assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> Json.of(Map.of(1, "a")));
    }
}
