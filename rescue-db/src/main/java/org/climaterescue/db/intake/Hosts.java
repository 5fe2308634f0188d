package org.climaterescue.db.intake;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.climaterescue.db.Sql;

/** Numbers for the names of origin servers. */
final class Hosts {

    private Hosts() {}

    /** The number of every name; names that are new get one, in sorted order so that nobody waits in a circle. */
    static Map<String, Integer> numbers(Connection connection, SortedSet<String> names) throws SQLException {
        Map<String, Integer> known = read(connection, names);
        var missing = new TreeSet<>(names);
        missing.removeAll(known.keySet());
        if (!missing.isEmpty()) {
            Sql.of(connection, """
                            insert into host (name) select unnest(?::text[]) on conflict do nothing
                            """, (Object) missing.toArray(String[]::new)).update();
            known.putAll(read(connection, missing));
        }
        return known;
    }

    private static Map<String, Integer> read(Connection connection, SortedSet<String> names) throws SQLException {
        Map<String, Integer> found = new HashMap<>();
        Sql.of(connection, "select name, host_no from host where name = any (?)", (Object) names.toArray(String[]::new))
                .list(row -> found.put(row.text("name"), row.integer("host_no")));
        return found;
    }
}
