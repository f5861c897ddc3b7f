package com.scrapersky.session.testkit.internal.protocol;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a client says first: the protocol version and the startup parameters, in their order. */
public record StartupPacket(int version, int size, Map<String, String> parameters) {

    /** Reads the packet at the head of the queue, which is there in full. */
    public static StartupPacket read(ByteQueue queue) {
        int size = queue.int32At(0);
        Map<String, String> parameters = new LinkedHashMap<>();
        int at = 2 * Integer.BYTES;
        while (at < size && queue.byteAt(at) != 0) {
            int nameEnd = queue.zeroAt(at, size);
            int valueEnd = queue.zeroAt(Math.min(nameEnd + 1, size), size);
            parameters.put(queue.text(at, nameEnd), queue.text(Math.min(nameEnd + 1, size), valueEnd));
            at = valueEnd + 1;
        }
        return new StartupPacket(queue.int32At(Integer.BYTES), size, Collections.unmodifiableMap(parameters));
    }

    public int majorVersion() {
        return version >>> 16;
    }

    public int minorVersion() {
        return version & 0xffff;
    }

    public String user() {
        return parameters.getOrDefault("user", "");
    }

    public String database() {
        return parameters.getOrDefault("database", user());
    }

    /** Protocol options, which only newer minor versions know. */
    public List<String> protocolOptions() {
        List<String> options = new ArrayList<>();
        for (String name : parameters.keySet()) {
            if (name.startsWith("_pq_.")) {
                options.add(name);
            }
        }
        return options;
    }
}
