package org.climaterescue.db.node;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Pipeline.Reply;
import org.climaterescue.db.Sql;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeStatus;
import org.jspecify.annotations.Nullable;

/** The registry. Every method needs an open transaction. */
@Singleton
public final class Nodes {

    private static final String KNOWN = """
            select node_no, node_id, token_sha256, state = 'gone' as gone, dismissed from node where node_id = any (?)
            """;

    /**
     * Some nodes with their figures. Of those that have a lot these are as they were counted last ({@code KeptCounts}), and nothing is
     * counted; of the others they are those of now.
     */
    private static final String ENTRIES = """
            select n.node_no, n.node_id, n.name, n.operator, n.region, n.capacity_bytes, n.slots,
                   n.registered_at, n.heard_at, node_status(n, ?, ?) as status, n.drained,
                   (select count(*) from assignment a where a.node_no = n.node_no) as active,
                   x.copies, x.bytes, x.rejected, node_doubtful(x.rejected, x.copies) as doubtful, x.failures
            from node n
            left join node_count k on k.node_no = n.node_no and k.counted_at = (select counted_at from tally)
            left join lateral (select count(*) as copies, coalesce(sum(c.size_bytes), 0)::bigint as bytes,
                                      count(*) filter (where c.rejected) as rejected
                               from copy c where c.node_no = n.node_no and k.node_no is null) c on true
            left join lateral (select count(*) as failures
                               from failure f where f.node_no = n.node_no and k.node_no is null) f on true
            cross join lateral (select coalesce(k.copies, c.copies) as copies, coalesce(k.bytes, c.bytes) as bytes,
                                       coalesce(k.rejected, c.rejected) as rejected,
                                       coalesce(k.failures, f.failures) as failures) x
            where n.node_no = any (?)
            """;

    /** Registers a new node; empty when the id is taken. */
    public Optional<Integer> add(
            Connection connection, String nodeId, NodeRegistration node, long capacityBytes, byte @Nullable [] token)
            throws SQLException {
        return Sql.of(
                        connection,
                        """
                        insert into node (node_id, name, operator, region, capacity_bytes, slots, token_sha256)
                        values (?, ?, ?, ?, ?, ?, ?)
                        on conflict (node_id) do nothing
                        returning node_no
                        """,
                        nodeId,
                        node.name(),
                        node.operator(),
                        node.region(),
                        capacityBytes,
                        node.slots(),
                        token)
                .first(row -> row.integer("node_no"));
    }

    /**
     * A known node introduces itself again. One that had left is back; one that drains goes on draining, and so does one that an
     * operator had drained before it left (the trigger {@code node_drained} of V23).
     *
     * @return whether it has another voice from now on
     */
    public boolean update(Connection connection, int nodeNo, NodeRegistration node, long capacityBytes, byte[] token)
            throws SQLException {
        return Sql.of(
                        connection,
                        """
                        update node n
                        set name = ?, operator = ?, region = ?, capacity_bytes = ?, slots = ?, token_sha256 = ?,
                            state = case when n.state = 'gone' then 'joined' else n.state end, dismissed = false,
                            heard_at = clock_timestamp()
                        from (select node_no, voice from node where node_no = ?) before
                        where n.node_no = before.node_no
                        returning n.voice <> before.voice as changed
                        """,
                        node.name(),
                        node.operator(),
                        node.region(),
                        capacityBytes,
                        node.slots(),
                        token,
                        nodeNo)
                .one(row -> row.flag("changed"));
    }

    /** Finds a node and locks its row. */
    public Optional<Known> lock(Connection connection, String nodeId) throws SQLException {
        return Sql.of(connection, KNOWN + "for no key update", (Object) new String[] {nodeId})
                .first(Nodes::known);
    }

    /** Finds a node. */
    public Optional<Known> find(Connection connection, String nodeId) throws SQLException {
        return find(connection, List.of(nodeId)).stream().findFirst();
    }

    /** Finds those nodes that are registered, in no order. */
    public List<Known> find(Connection connection, Collection<String> nodeIds) throws SQLException {
        return Sql.of(connection, KNOWN, (Object) nodeIds.toArray(String[]::new))
                .list(Nodes::known);
    }

    /** The id of the node that this token belongs to. */
    public Optional<String> ofToken(Connection connection, byte[] tokenSha256) throws SQLException {
        return Sql.of(connection, "select node_id from node where token_sha256 = ?", tokenSha256)
                .first(row -> row.text("node_id"));
    }

    /**
     * A node finishes what it has; one that has left stays so.
     *
     * @param byItself whether the node itself says so: that is being heard of, and holds until it signs off. Else it holds until
     *     {@link #resume}, and a node that has left drains when it is back
     */
    public void drain(Connection connection, int nodeNo, boolean byItself) throws SQLException {
        Sql.of(connection, """
                        update node n
                        set state = case when n.state = 'gone' then n.state else 'draining' end,
                            heard_at = case when x.by_itself then clock_timestamp() else n.heard_at end,
                            drained = n.drained or not x.by_itself
                        from (select ?::boolean as by_itself) x
                        where n.node_no = ?
                        """, byItself, nodeNo).update();
    }

    /** A node that drains, by whose word ever, is given work again; one that has left stays so, and is given work when it is back. */
    public void resume(Connection connection, int nodeNo) throws SQLException {
        Sql.of(connection, """
                        update node
                        set state = case when state = 'draining' then 'joined' else state end, drained = false
                        where node_no = ?
                        """, nodeNo).update();
    }

    /**
     * A node has left.
     *
     * @param dismissed whether an operator says so in secured mode; its token does not bring it back then
     */
    public void leave(Connection connection, int nodeNo, boolean dismissed) throws SQLException {
        Sql.of(
                        connection,
                        "update node set state = 'gone', dismissed = dismissed or ? where node_no = ?",
                        dismissed,
                        nodeNo)
                .update();
    }

    /** A node that has left is back, and drains if an operator had drained it; any other stays as it is. */
    public void comeBack(Connection connection, int nodeNo) throws SQLException {
        Sql.of(connection, """
                        update node set state = 'joined', dismissed = false, heard_at = clock_timestamp()
                        where node_no = ? and state = 'gone'
                        """, nodeNo).update();
    }

    /** How a node stands now. */
    public NodeStatus status(Connection connection, int nodeNo, Silence silence) throws SQLException {
        return Sql.of(
                        connection,
                        "select node_status(n, ?, ?) as status from node n where n.node_no = ?",
                        silence.suspectSeconds(),
                        silence.lostSeconds(),
                        nodeNo)
                .one(row -> row.word(NodeStatus.class, "status"));
    }

    /**
     * Nodes report their free space; that is being heard of. Their rows are locked in one order, so that two of these cannot wait for
     * each other.
     *
     * @param capacityBytes in the order of the nodes
     * @param patient whether rows that are locked just now are waited for; else their nodes are missing in the answer
     */
    public Reply<List<Reported>> report(
            Pipeline beats, int[] nodeNos, long[] capacityBytes, boolean patient, Silence silence) throws SQLException {
        return beats.list(
                """
                with reporting as (
                    select n.node_no, x.capacity_bytes
                    from node n join unnest(?::integer[], ?::bigint[]) as x (node_no, capacity_bytes) using (node_no)
                    order by n.node_no for no key update of n %s
                )
                update node n set heard_at = clock_timestamp(), capacity_bytes = r.capacity_bytes
                from reporting r where n.node_no = r.node_no
                returning n.node_no, node_status(n, ?, ?) as status
                """.formatted(patient ? "" : "skip locked"),
                row -> new Reported(row.integer("node_no"), row.word(NodeStatus.class, "status")),
                nodeNos,
                capacityBytes,
                silence.suspectSeconds(),
                silence.lostSeconds());
    }

    /** Whose voice a node has. */
    public String voice(Connection connection, int nodeNo) throws SQLException {
        return Sql.of(connection, "select voice from node where node_no = ?", nodeNo)
                .one(row -> row.text("voice"));
    }

    /** The next tasks of which a node holds a copy that counts as another's vote than the node's now. */
    public List<Long> copiesOfAnotherVoice(Connection connection, int nodeNo, String voice, int limit)
            throws SQLException {
        return Sql.of(
                        connection,
                        "select task_id from copy where node_no = ? and voice <> ? order by task_id limit ?",
                        nodeNo,
                        voice,
                        limit)
                .list(row -> row.number("task_id"));
    }

    /** The next tasks of which a node holds a copy, in order of task. */
    public List<Long> copiesOf(Connection connection, int nodeNo, long afterTask, int limit) throws SQLException {
        return Sql.of(
                        connection,
                        "select task_id from copy where node_no = ? and task_id > ? order by task_id limit ?",
                        nodeNo,
                        afterTask,
                        limit)
                .list(row -> row.number("task_id"));
    }

    /**
     * These nodes have been heard of just now. Nobody is waited for: rounds hold the rows of nodes that they give something, and
     * would have to leave out those whose rows this held while it waited for others.
     *
     * @return those that were noted; the rows of the others are locked just now
     */
    public Set<Integer> heard(Connection connection, Collection<Integer> nodeNos) throws SQLException {
        return Set.copyOf(Sql.of(
                        connection,
                        """
                        with heard as (
                            select node_no from node where node_no = any (?) order by node_no
                            for no key update skip locked
                        )
                        update node n set heard_at = clock_timestamp() from heard h where n.node_no = h.node_no
                        returning n.node_no
                        """,
                        nodeNos.stream().mapToInt(Integer::intValue).toArray())
                .list(row -> row.integer("node_no")));
    }

    /** One node with its figures. */
    public Optional<Entry> entry(Connection connection, String nodeId, Silence silence) throws SQLException {
        Optional<Known> known = find(connection, nodeId);
        return known.isEmpty()
                ? Optional.empty()
                : entries(connection, List.of(known.get().nodeNo()), silence).stream()
                        .findFirst();
    }

    /** Nodes with their figures, in no order. What the transaction reads after it goes by indexes. */
    List<Entry> entries(Connection connection, Collection<Integer> nodeNos, Silence silence) throws SQLException {
        // Where few nodes have most copies, the planner would read all of them for a node that has none.
        Sql.of(connection, "select set_config('enable_seqscan', 'off', true)").one(row -> true);
        return Sql.of(
                        connection,
                        ENTRIES,
                        silence.suspectSeconds(),
                        silence.lostSeconds(),
                        nodeNos.stream().mapToInt(Integer::intValue).toArray())
                .list(Nodes::entry);
    }

    private static Entry entry(Sql.Row row) throws SQLException {
        return new Entry(
                row.integer("node_no"),
                row.text("node_id"),
                row.text("name"),
                row.textOrNull("operator"),
                row.textOrNull("region"),
                row.word(NodeStatus.class, "status"),
                row.flag("drained"),
                row.number("capacity_bytes"),
                row.integerOrNull("slots"),
                row.time("registered_at"),
                row.time("heard_at"),
                row.number("active"),
                row.number("copies"),
                row.number("bytes"),
                row.number("rejected"),
                row.flag("doubtful"),
                row.number("failures"));
    }

    /** The nodes that registered last and how they stand, for those who watch. */
    public List<Seen> seen(Connection connection, int limit, Silence silence) throws SQLException {
        return Sql.of(connection, """
                        select n.node_id, n.name, node_status(n, ?, ?) as status,
                               (select count(*) from assignment a where a.node_no = n.node_no) as active
                        from node n order by n.node_no desc limit ?
                        """, silence.suspectSeconds(), silence.lostSeconds(), limit)
                .list(row -> new Seen(
                        row.text("node_id"),
                        row.text("name"),
                        row.word(NodeStatus.class, "status"),
                        row.number("active")));
    }

    /**
     * The nodes that have become silent within a day, those first that were heard of last.
     *
     * @return their statuses, {@code suspect} or {@code lost}, by id
     */
    public Map<String, NodeStatus> silent(Connection connection, int limit, Silence silence) throws SQLException {
        Map<String, NodeStatus> silent = new LinkedHashMap<>();
        Sql.of(
                        connection,
                        """
                        select n.node_id, node_status(n, ?, ?) as status from node n
                        where n.state <> 'gone'
                          and n.heard_at between statement_timestamp() - make_interval(secs => ?) - interval '1 day'
                                             and statement_timestamp() - make_interval(secs => ?)
                        order by n.heard_at desc limit ?
                        """,
                        silence.suspectSeconds(),
                        silence.lostSeconds(),
                        silence.lostSeconds(),
                        silence.suspectSeconds(),
                        limit)
                .each(row -> silent.put(row.text("node_id"), row.word(NodeStatus.class, "status")));
        return silent;
    }

    private static Known known(Sql.Row row) throws SQLException {
        byte[] token = row.bytesOrNull("token_sha256");
        return new Known(
                row.integer("node_no"),
                row.text("node_id"),
                token == null ? null : HexFormat.of().formatHex(token),
                row.flag("gone"),
                row.flag("dismissed"));
    }

    /**
     * Who a node is.
     *
     * @param tokenSha256 the digest of its token in hexadecimal; null when it never got one
     * @param gone whether it has signed off
     * @param dismissed whether an operator has signed it off, in secured mode
     */
    public record Known(int nodeNo, String nodeId, @Nullable String tokenSha256, boolean gone, boolean dismissed) {}

    /** One node as watchers see it. */
    public record Seen(String nodeId, String name, NodeStatus status, long activeAssignments) {}

    /**
     * One node with its figures; of copies and failures as they were counted last, if they are many.
     *
     * @param drained whether an operator has drained it
     */
    public record Entry(
            int nodeNo,
            String nodeId,
            String name,
            @Nullable String operator,
            @Nullable String region,
            NodeStatus status,
            boolean drained,
            long capacityBytes,
            @Nullable Integer slots,
            Instant registeredAt,
            Instant heardAt,
            long activeAssignments,
            long copies,
            long bytes,
            long rejected,
            boolean doubtful,
            long failures) {}

    /** A node that has reported, and how it stands after that. */
    public record Reported(int nodeNo, NodeStatus status) {}
}
