package org.climaterescue.db.node;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.NodeStatus;
import org.jspecify.annotations.Nullable;

/** The registry as a list that is filtered, ordered and read page by page. */
@Singleton
public final class Roster {

    /** How a list of nodes may be ordered; each is a number that ascends, and nodes that have left come last where that matters. */
    public enum Order {
        /** Those that registered first. */
        REGISTERED("0"),

        /** Those that were heard of longest ago. */
        HEARD("""
                case when n.state = 'gone' then 9223372036854775807 else (extract(epoch from n.heard_at) * 1000000)::bigint end"""),

        /** Those with most active assignments. */
        ACTIVE("""
                case when n.state = 'gone' then 1
                     else -(select count(*) from assignment a where a.node_no = n.node_no) end""");

        private final String key;

        Order(String key) {
            this.key = key;
        }
    }

    private final Nodes nodes;

    public Roster(Nodes nodes) {
        this.nodes = nodes;
    }

    /**
     * One page. Figures are only read of the nodes on it.
     *
     * @param wanted which nodes
     * @param after the last row of the page before; null for the first page
     */
    public List<Row> page(
            Connection connection, Wanted wanted, Order order, @Nullable Place after, int limit, Silence silence)
            throws SQLException {
        List<Place> places = places(connection, wanted, order, after, limit, silence);
        Map<Integer, Nodes.Entry> entries =
                nodes.entries(connection, places.stream().map(Place::nodeNo).toList(), silence).stream()
                        .collect(Collectors.toMap(Nodes.Entry::nodeNo, Function.identity()));
        return places.stream()
                .map(place -> new Row(place.key(), Objects.requireNonNull(entries.get(place.nodeNo()))))
                .toList();
    }

    private static List<Place> places(
            Connection connection, Wanted wanted, Order order, @Nullable Place after, int limit, Silence silence)
            throws SQLException {
        String pattern = wanted.text() == null ? null : Sql.containing(wanted.text());
        return Sql.of(
                        connection,
                        """
                        with picked as materialized (
                            select n.node_no, %s as key
                            from node n
                            where coalesce(node_status(n, ?, ?) = ?::text, true)
                              and coalesce(n.node_id ilike ?::text or n.name ilike ?::text or n.operator ilike ?::text,
                                           ?::text is null)
                        )
                        select key, node_no from picked where (key, node_no) > (?, ?)
                        order by key, node_no limit ?
                        """.formatted(order.key),
                        silence.suspectSeconds(),
                        silence.lostSeconds(),
                        wanted.status() == null ? null : wanted.status().wire(),
                        pattern,
                        pattern,
                        pattern,
                        wanted.text(),
                        after == null ? Long.MIN_VALUE : after.key(),
                        after == null ? 0 : after.nodeNo(),
                        limit)
                .list(row -> new Place(row.number("key"), row.integer("node_no")));
    }

    /**
     * Which nodes; null members do not matter.
     *
     * @param text a part of the id, the name or the operator, in any case
     */
    public record Wanted(
            @Nullable NodeStatus status, @Nullable String text) {}

    /** Where a page ends. */
    public record Place(long key, int nodeNo) {}

    /** A node, and its place in the order. */
    public record Row(long key, Nodes.Entry node) {}
}
