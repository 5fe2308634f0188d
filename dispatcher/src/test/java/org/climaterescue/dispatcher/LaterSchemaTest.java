package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.junit.jupiter.api.Test;

/** A dispatcher runs on while a newer one brings the schema further, as {@code docs/decisions/0006} allows it. */
class LaterSchemaTest extends FleetTest {

    private static final int ROUNDS = 8;

    /** The driver prepares a statement on the server when it comes for the fifth time on a connection, and there are 16. */
    private static final int READS = 80;

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "1000");
    }

    @Test
    void aDispatcherThatRunsGoesOnWhenTheSchemaIsMigratedFurther() {
        for (int round = 0; round < ROUNDS; round++) {
            liveThrough(round);
        }
        readAll();

        migrateFurther();

        readAll();
        for (int round = 0; round < ROUNDS; round++) {
            liveThrough(round);
        }
        String task = submit(1);
        noteWhatOnlyANewerOneKnows(task);
        assertThat(dispatcher.get("/tasks/" + task + "/history").body().findValuesAsText("event"))
                .contains("later");
        complete("a", claim("a"), DIGEST);
        assertThat(standing(task)).isEqualTo("rescued");
    }

    /** What nodes and operators do all day. */
    private void liveThrough(int round) {
        String task = submit(2);
        register("a", round % 2 == 0 ? "one" : "two");
        register("b", "three");
        String first = claim("a");
        assertOk(beat("a", first, 1));
        assertOk(fail("a", first, "origin_error"));
        assertOk(dispatcher.post("/tasks/" + task + "/retry", ""));
        String released = claim("b");
        assertOk(release("b", released));
        assertOk(complete("b", claim("b"), DIGEST));
        assertOk(complete("a", claim("a"), DIGEST));
        assertThat(standing(task)).isEqualTo("rescued");
        String other = submit(1);
        claim("b");
        dispatcher.advance(Duration.ofSeconds(121));
        assertOk(dispatcher.post("/tasks/" + other + "/priority", "{'priority':9}"));
        assertOk(dispatcher.post("/tasks/" + other + "/cancel", ""));
        assertOk(dispatcher.patch("/hosts/test" + test + ".example.org", "{'max_connections':1000}"));
        assertOk(dispatcher.delete("/nodes/" + node("b")));
        assertOk(dispatcher.get("/tasks/" + task));
        assertOk(dispatcher.get("/tasks/" + task + "/history"));
    }

    private void readAll() {
        for (String path : List.of("/tasks?limit=1", "/nodes?limit=1", "/hosts?limit=1", "/catalogs", "/stats")) {
            for (int i = 0; i < READS; i++) {
                assertOk(dispatcher.get(path));
            }
        }
    }

    private static void assertOk(TestDispatcher.Answer answer) {
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    /** Every table has a column more, every enumeration a word. */
    private void migrateFurther() {
        for (String statement : statements("""
                select format('alter table %I add column later text default ''x''', relname) as statement
                from pg_class where relkind in ('r', 'p') and not relispartition
                  and relnamespace = 'public'::regnamespace and relname <> 'flyway_schema_history'
                union all
                select format('alter type %I add value ''later''', typname)
                from pg_type where typtype = 'e' and typnamespace = 'public'::regnamespace
                """)) {
            dispatcher
                    .bean(Transactions.class)
                    .in(connection -> Sql.of(connection, statement).update());
        }
    }

    private List<String> statements(String query) {
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, query).list(row -> row.text("statement")));
    }

    private void noteWhatOnlyANewerOneKnows(String task) {
        dispatcher.bean(Transactions.class).in(connection -> note(connection, task));
    }

    private static int note(Connection connection, String task) throws SQLException {
        return Sql.of(connection, """
                        insert into event (task_id, at, kind, task_status, actor)
                        values (?, clock_timestamp(), 'later', 'pending', 'a newer dispatcher')
                        """, Long.parseLong(task.substring(2), 36)).update();
    }
}
