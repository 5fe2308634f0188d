package org.climaterescue.db;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL database is and as whom to connect.
 *
 * @param jdbcUrl {@code jdbc:postgresql://host:port/database?parameters}, without user and password
 * @param user null: the driver's default, the user of the operating system
 * @param password null: none, or the one in {@code ~/.pgpass}
 */
public record DatabaseUrl(
        String jdbcUrl, @Nullable String user, @Nullable String password) {

    private static final Pattern SCHEME = Pattern.compile("(?:jdbc:postgresql|postgresql|postgres)://");
    private static final Pattern PARTS = Pattern.compile(
            "(?:(?<credentials>[^/?#]*)@)?(?<servers>[^/?#@]*)(?:/(?<database>[^/?#@]*))?(?:\\?(?<parameters>[^#@]*))?");
    private static final Pattern SERVER =
            Pattern.compile("(?<host>\\[[0-9a-fA-F:.]+(?:%[^\\]]+)?]|[^:\\[\\]\\s]*)(?::(?<port>\\d{0,5}))?");

    /** What libpq names otherwise than the JDBC driver does. */
    private static final Map<String, String> JDBC_NAMES = Map.of(
            "application_name", "ApplicationName",
            "connect_timeout", "connectTimeout",
            "dbname", "PGDBNAME",
            "target_session_attrs", "targetServerType");

    private static final Map<String, String> SERVER_TYPES = Map.of(
            "read-write",
            "primary",
            "read-only",
            "secondary",
            "standby",
            "secondary",
            "prefer-standby",
            "preferSecondary");

    /**
     * Reads {@code jdbc:postgresql://…}, {@code postgresql://user:password@host:port/database?parameters} or
     * {@code postgres://…}. What is missing is what libpq takes: localhost, 5432, a database named as the user.
     *
     * @throws IllegalArgumentException in one line, which never holds any part of the value: it may be the password
     */
    public static DatabaseUrl parse(String value) {
        String url = value.strip();
        Matcher scheme = SCHEME.matcher(url);
        if (!scheme.lookingAt()) {
            throw bad("it must start with jdbc:postgresql://, postgresql:// or postgres://");
        }
        Matcher parts = PARTS.matcher(url.substring(scheme.end()));
        if (!parts.matches()) {
            throw bad("it is not of the form postgresql://user:password@host:port/database?parameters; "
                    + "in user and password, @ : / ? # and % are written %40 %3A %2F %3F %23 and %25");
        }
        String written = parts.group("parameters") == null ? "" : parts.group("parameters");
        // The JDBC driver reads its parameters as a form, where a plus is a space; libpq does not.
        Map<String, String> parameters = parameters(url.startsWith("jdbc:") ? written.replace("+", "%20") : written);
        String user = parameters.remove("user");
        String password = parameters.remove("password");
        String credentials = parts.group("credentials");
        if (credentials != null && !credentials.isEmpty()) {
            int colon = credentials.indexOf(':');
            user = decoded(colon < 0 ? credentials : credentials.substring(0, colon));
            password = colon < 0 ? password : decoded(credentials.substring(colon + 1));
        }
        String database = parts.group("database") == null ? "" : decoded(parts.group("database"));
        if (database.isEmpty()) {
            database = parameters.getOrDefault("PGDBNAME", user == null ? System.getProperty("user.name") : user);
        }
        parameters.remove("PGDBNAME");
        String jdbcUrl =
                "jdbc:postgresql://" + servers(parts.group("servers")) + "/" + encoded(database) + joined(parameters);
        return new DatabaseUrl(jdbcUrl, user, password);
    }

    /** User and password as the JDBC driver takes them. */
    Properties credentials() {
        var properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return properties;
    }

    /** Servers and database for messages, such as {@code db:5432/rescue}. */
    String place() {
        return jdbcUrl.replaceFirst("^jdbc:postgresql://", "").replaceFirst("\\?.*$", "");
    }

    /** Without the password. */
    @Override
    public String toString() {
        return place() + (user == null ? "" : " as " + user);
    }

    private static String servers(String list) {
        return List.of(list.split(",", -1)).stream()
                .map(server -> {
                    Matcher parts = SERVER.matcher(decoded(server));
                    if (!parts.matches()) {
                        throw bad("a host and its port are not of the form host:port");
                    }
                    String host = parts.group("host");
                    String port = parts.group("port");
                    if (host.startsWith("/")) {
                        throw bad("socket files are not supported: name a host");
                    }
                    if (port != null
                            && !port.isEmpty()
                            && (Integer.parseInt(port) < 1 || Integer.parseInt(port) > 65_535)) {
                        throw bad("a port is a number from 1 to 65535");
                    }
                    return (host.isEmpty() ? "localhost" : host)
                            + ":"
                            + (port == null || port.isEmpty() ? "5432" : port);
                })
                .collect(Collectors.joining(","));
    }

    private static Map<String, String> parameters(String text) {
        var parameters = new LinkedHashMap<String, String>();
        if (text.isEmpty()) {
            return parameters;
        }
        for (String parameter : text.split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals < 1) {
                throw bad("its parameters are not of the form name=value&name=value");
            }
            String name = decoded(parameter.substring(0, equals));
            String value = decoded(parameter.substring(equals + 1));
            if (name.equals("host") || name.equals("port")) {
                throw bad("host and port belong before the database, as in postgresql://host:port/database");
            }
            parameters.put(
                    JDBC_NAMES.getOrDefault(name, name),
                    name.equals("target_session_attrs") ? SERVER_TYPES.getOrDefault(value, value) : value);
        }
        return parameters;
    }

    private static String joined(Map<String, String> parameters) {
        return parameters.isEmpty()
                ? ""
                : parameters.entrySet().stream()
                        .map(parameter -> encoded(parameter.getKey()) + "=" + encoded(parameter.getValue()))
                        .collect(Collectors.joining("&", "?", ""));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** Percent-decoded as RFC 3986 says: a plus stays a plus, unlike in a form. */
    private static String decoded(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ByteBuffer decoded = ByteBuffer.allocate(bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] != '%') {
                decoded.put(bytes[i]);
                continue;
            }
            int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
            int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
            if (high < 0 || low < 0) {
                throw bad("a % is not followed by two hexadecimal digits (a % itself is written %25)");
            }
            decoded.put((byte) (high * 16 + low));
            i += 2;
        }
        try {
            String result =
                    StandardCharsets.UTF_8.newDecoder().decode(decoded.flip()).toString();
            if (result.indexOf(0) >= 0) {
                throw bad("it holds a zero character");
            }
            return result;
        } catch (CharacterCodingException e) {
            throw new IllegalArgumentException(
                    bad("its percent-encoding is not UTF-8").getMessage(), e);
        }
    }

    private static IllegalArgumentException bad(String why) {
        return new IllegalArgumentException("DATABASE_URL is not the URL of a PostgreSQL database: " + why);
    }
}
