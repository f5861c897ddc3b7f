package com.scrapersky.session.testkit.internal.protocol;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;

/** PostgreSQL's old way to log in, which old servers still ask for. */
public final class Md5Password {

    private Md5Password() {}

    public static byte[] answer(String user, String password, byte[] salt) {
        String inner = md5(bytes(password), bytes(user));
        return bytes("md5" + md5(bytes(inner), salt) + "\0");
    }

    private static String md5(byte[] first, byte[] second) {
        try {
            MessageDigest digest = MessageDigest.getInstance("MD5");
            digest.update(first);
            return HexFormat.of().formatHex(digest.digest(second));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java has no MD5", e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
