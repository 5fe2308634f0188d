package org.climaterescue.db.catalog;

import de.bytefish.pgbulkinsert.mapping.AbstractMapping;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.climaterescue.db.Copy;
import org.climaterescue.db.Sql;
import org.climaterescue.db.ledger.TaskLocks;
import org.climaterescue.protocol.Sha256;

/** What a catalog has given. */
final class Items {

    private static final int BATCH = 5000;

    private Items() {}

    /**
     * An asset that a catalog gave.
     *
     * @param fingerprint of what the catalog said of it last
     * @param run the last import that named it
     * @param gone whether a later import named it no more
     * @param elsewhere whether somebody else had given it before, so that the catalog has no say in it
     */
    record Item(long taskId, Sha256 fingerprint, int run, boolean gone, boolean elsewhere) {

        private static Item from(Sql.Row row) throws SQLException {
            return new Item(
                    row.number("task_id"),
                    Sha256.of(row.bytes("fingerprint")),
                    row.integer("run"),
                    row.timeOrNull("gone_at") != null,
                    row.flag("elsewhere"));
        }
    }

    /**
     * What a catalog gave under these URLs. One lookup a URL and one a task, whatever the planner thinks of the length of the list
     * and of the number of items: without the fences it may read all of either for each.
     */
    static Map<String, Item> ofUrls(Connection connection, int catalogNo, String[] canonicalUrls) throws SQLException {
        Map<String, Item> found = new HashMap<>();
        Sql.of(connection, """
                        select x.url, i.task_id, i.fingerprint, i.run, i.gone_at, i.elsewhere
                        from unnest(?::text[]) as x (url)
                        cross join lateral (
                            select t.task_id from task t where coalesce(t.canonical_url, t.url) = x.url offset 0
                        ) t
                        cross join lateral (
                            select i.task_id, i.fingerprint, i.run, i.gone_at, i.elsewhere
                            from catalog_item i
                            where i.catalog_no = ? and i.task_id = t.task_id
                            offset 0
                        ) i
                        -- What the catalog gave itself counts for more, and the latest for most.
                        order by not i.elsewhere, i.task_id
                        """, canonicalUrls, catalogNo).list(row -> found.put(row.text("url"), Item.from(row)));
        return found;
    }

    static Map<Long, Item> ofTasks(Connection connection, int catalogNo, long[] taskIds) throws SQLException {
        Map<Long, Item> found = new HashMap<>();
        if (taskIds.length > 0) {
            Sql.of(connection, """
                            select task_id, fingerprint, run, gone_at, elsewhere from catalog_item
                            where catalog_no = ? and task_id = any (?)
                            """, catalogNo, taskIds).list(row -> {
                Item item = Item.from(row);
                return found.put(item.taskId(), item);
            });
        }
        return found;
    }

    /** Writes items that the catalog has not given before. */
    static void add(Connection connection, int catalogNo, Collection<Item> items) throws SQLException {
        new Copy<>(new ItemTable(catalogNo)).write(connection, items);
    }

    /** Writes what is known anew of items that the catalog has given before; as an insert, for which there is but one plan. */
    static void renew(Connection connection, int catalogNo, Collection<Item> items) throws SQLException {
        if (items.isEmpty()) {
            return;
        }
        Sql.of(
                        connection,
                        """
                        insert into catalog_item (catalog_no, task_id, fingerprint, run)
                        select ?, unnest(?::bigint[]), unnest(?::bytea[]), unnest(?::integer[])
                        on conflict (catalog_no, task_id) do update
                            set fingerprint = excluded.fingerprint, run = excluded.run, gone_at = null
                        """,
                        catalogNo,
                        items.stream().mapToLong(Item::taskId).toArray(),
                        items.stream().map(one -> one.fingerprint().bytes()).toArray(byte[][]::new),
                        items.stream().mapToInt(Item::run).toArray())
                .update();
    }

    private static final class ItemTable extends AbstractMapping<Item> {
        ItemTable(int catalogNo) {
            super("", "catalog_item");
            mapIntegerPrimitive("catalog_no", _ -> catalogNo);
            mapLongPrimitive("task_id", Item::taskId);
            mapByteArray("fingerprint", item -> item.fingerprint().bytes());
            mapIntegerPrimitive("run", Item::run);
            mapBooleanPrimitive("elsewhere", Item::elsewhere);
        }
    }

    /** Notes in the history of tasks, whose locks must be held, that the catalog lists them again. */
    static void relisted(Connection connection, Set<Long> tasks, String instance) throws SQLException {
        if (!tasks.isEmpty()) {
            listed(
                    connection,
                    "relisted",
                    tasks.stream().mapToLong(Long::longValue).toArray(),
                    instance);
        }
    }

    /** Notes some assets, in order of their tasks, that a whole import has named no more; gives their tasks. */
    static long[] delist(Connection connection, Run run, long afterTask, String instance) throws SQLException {
        // Two statements: joined in one, a planner that does not know yet how many items there are goes through all of
        // them for each.
        long[] gone = Sql.of(connection, """
                        select task_id from catalog_item
                        where catalog_no = ? and task_id > ? and run < ? and gone_at is null and not elsewhere
                        order by task_id limit ?
                        """, run.catalogNo(), afterTask, run.run(), BATCH)
                .list(row -> row.number("task_id"))
                .stream()
                .mapToLong(Long::longValue)
                .toArray();
        if (gone.length > 0) {
            Sql.of(
                            connection,
                            "update catalog_item set gone_at = clock_timestamp() where catalog_no = ? and task_id = any (?)",
                            run.catalogNo(),
                            gone)
                    .update();
            TaskLocks.take(connection, Arrays.stream(gone));
            listed(connection, "delisted", gone, instance);
        }
        return gone;
    }

    private static void listed(Connection connection, String kind, long[] tasks, String instance) throws SQLException {
        Sql.of(connection, """
                        insert into event (task_id, at, kind, task_status, actor)
                        select task_id, clock_timestamp(), ?::event_kind, s.status, ?
                        from unnest(?::bigint[]) as x (task_id)
                        join task_now s using (task_id)
                        order by task_id
                        """, kind, instance, tasks).update();
    }
}
