package com.scrapersky.session.testkit.internal.protocol;

/** An error as it goes over the wire: what the poolers say differs in exactly these three fields. */
public record ErrorResponse(String severity, String sqlState, String text) {

    public static ErrorResponse fatal(String sqlState, String text) {
        return new ErrorResponse("FATAL", sqlState, text);
    }

    public static ErrorResponse error(String sqlState, String text) {
        return new ErrorResponse("ERROR", sqlState, text);
    }

    public static ErrorResponse protocolViolation(String text) {
        return fatal("08P01", text);
    }

    public boolean isFatal() {
        return !severity.equals("ERROR");
    }

    public byte[] toBytes() {
        return MessageWriter.of('E')
                .int8('S')
                .text(severity)
                .int8('V')
                .text(severity)
                .int8('C')
                .text(sqlState)
                .int8('M')
                .text(text)
                .int8(0)
                .toBytes();
    }

    /** Reads an ErrorResponse of a server. */
    public static ErrorResponse read(Message message) {
        String severity = "ERROR";
        String sqlState = "XX000";
        String text = "";
        int at = 0;
        while (message.byteAt(at) != 0) {
            char field = (char) message.byteAt(at);
            String value = message.text(at + 1);
            switch (field) {
                case 'S' -> severity = value;
                case 'C' -> sqlState = value;
                case 'M' -> text = value;
                default -> {
                    // Position, file, hint and the like do not matter to a pooler.
                }
            }
            at = message.afterText(at + 1);
        }
        return new ErrorResponse(severity, sqlState, text);
    }
}
