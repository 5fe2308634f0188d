package org.climaterescue.db;

import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * Where a PostgreSQL database is and as whom to connect.
 *
 * @param jdbcUrl {@code jdbc:postgresql:…}, without user and password
 * @param user null: the driver's default, the user of the operating system
 * @param password null: none, or the one in {@code ~/.pgpass}
 */
public record DatabaseUrl(
        String jdbcUrl, @Nullable String user, @Nullable String password) {

    /** User and password as the JDBC driver takes them. */
    Properties properties() {
        var properties = new Properties();
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return properties;
    }

    /** Without the password. */
    @Override
    public String toString() {
        return jdbcUrl + (user == null ? "" : " as " + user);
    }
}
