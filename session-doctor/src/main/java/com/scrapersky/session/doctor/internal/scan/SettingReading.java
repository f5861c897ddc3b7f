package com.scrapersky.session.doctor.internal.scan;

import com.scrapersky.session.SessionFeature;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads configuration: YAML, properties, {@code .env}, {@code persistence.xml}, and the URLs in any of them. */
final class SettingReading {

    private static final Pattern URL =
            Pattern.compile("(?:jdbc:postgresql:|postgres(?:ql)?(?:\\+\\w+)?://)[^\\s\"'<>]+");
    private static final Pattern YAML = Pattern.compile("^(\\s*)(?:- )?['\"]?([\\w.-]+)['\"]?\\s*:(?:\\s+(.*))?$");
    private static final Pattern PROPERTY = Pattern.compile("^\\s*(?:export\\s+)?([\\w.-]+)\\s*[=:]\\s*(.*)$");
    private static final Pattern XML = Pattern.compile("<property\\s+name=\"([^\"]+)\"\\s+value=\"([^\"]*)\"");

    private SettingReading() {}

    /** A key with the keys around it. */
    private record Level(int indentation, String key) {}

    static List<Sighting> yaml(Path file, String text) {
        List<Sighting> found = new ArrayList<>();
        Deque<Level> levels = new ArrayDeque<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher matcher = YAML.matcher(line.replaceFirst("(^|\\s)#.*$", ""));
            if (!matcher.find()) {
                continue;
            }
            int indentation = matcher.group(1).length();
            while (!levels.isEmpty() && levels.getLast().indentation() >= indentation) {
                levels.removeLast();
            }
            levels.addLast(new Level(indentation, matcher.group(2)));
            String key = String.join(".", levels.stream().map(Level::key).toList());
            setting(file, number, key, matcher.group(3) == null ? "" : matcher.group(3), found);
        }
        return found;
    }

    static List<Sighting> properties(Path file, String text) {
        List<Sighting> found = new ArrayList<>();
        int number = 0;
        for (String line : text.lines().toList()) {
            number++;
            Matcher matcher = PROPERTY.matcher(line);
            if (!line.stripLeading().startsWith("#") && matcher.find()) {
                setting(file, number, matcher.group(1), matcher.group(2), found);
            }
        }
        return found;
    }

    static List<Sighting> xml(Path file, String text) {
        List<Sighting> found = new ArrayList<>();
        Matcher matcher = XML.matcher(text);
        while (matcher.find()) {
            int line = SqlReading.lines(text, matcher.start()) + 1;
            setting(file, line, matcher.group(1), matcher.group(2).replace("&amp;", "&"), found);
        }
        return found;
    }

    private static void setting(Path file, int line, String key, String given, List<Sighting> found) {
        String name = key.toLowerCase(Locale.ROOT).replaceAll("[-_]", "");
        String value = given.strip().replaceAll("^(['\"])(.*)\\1$", "$2");
        if (value.isEmpty()) {
            return;
        }
        String shown = key + "="
                + value.replaceAll("://[^@/\\s]*@", "://****@").replaceAll("(?i)(password=)[^&\\s]*", "$1****");
        boolean pool = name.contains("hikari");
        if ((pool && name.endsWith("schema")) || name.endsWith("currentschema")) {
            found.add(Sighting.of(SessionFeature.SET_SCHEMA, file, line, shown));
        } else if ((pool && name.endsWith("transactionisolation"))
                || name.endsWith("defaulttransactionisolation")
                || name.endsWith("hibernate.connection.isolation")) {
            found.add(Sighting.of(SessionFeature.TRANSACTION_ISOLATION, file, line, shown));
        } else if (name.endsWith("connectioninitsql")
                || name.endsWith("initsql")
                || name.endsWith("newconnectionsql")) {
            SqlReading.read(file, value, line).forEach(found::add);
        } else if (name.endsWith("readonlymode") && value.equalsIgnoreCase("always")) {
            found.add(Sighting.of(SessionFeature.READ_ONLY, file, line, shown));
        }
        found.addAll(url(file, line, value));
    }

    /** What a URL would have set for the session; a password in it is not shown. */
    static List<Sighting> url(Path file, int line, String text) {
        List<Sighting> found = new ArrayList<>();
        Matcher url = URL.matcher(text);
        while (url.find()) {
            Matcher parameter = Pattern.compile("[?&](currentSchema|search_path|options|readOnlyMode)=([^&]*)")
                    .matcher(url.group());
            while (parameter.find()) {
                String name = parameter.group(1);
                String shown = name + "=" + parameter.group(2);
                if (name.equals("readOnlyMode")) {
                    if (parameter.group(2).equalsIgnoreCase("always")) {
                        found.add(Sighting.of(SessionFeature.READ_ONLY, file, line, shown));
                    }
                } else if (name.equals("options")) {
                    if (!parameter.group(2).startsWith("reference")) {
                        found.add(Sighting.of(SessionFeature.SETTING, file, line, shown));
                    }
                } else {
                    found.add(Sighting.of(SessionFeature.SET_SCHEMA, file, line, shown));
                }
            }
        }
        return found;
    }
}
