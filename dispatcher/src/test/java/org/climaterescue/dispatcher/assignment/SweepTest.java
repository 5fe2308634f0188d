package org.climaterescue.dispatcher.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.protocol.TaskId;
import org.junit.jupiter.api.Test;

/** What silent nodes held goes back, whatever else is wrong. */
class SweepTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void aTaskThatCannotBeWrittenKeepsNoOtherFromBeingReaped() throws SQLException {
        String good = submit(1);
        String bad = submit(1);
        String alsoGood = submit(1);
        claim("a");
        claim("a");
        claim("a");
        try {
            execute("""
                    create function refuse() returns trigger language plpgsql as
                    $$ begin raise exception 'this task cannot be written'; end $$
                    """);
            execute(
                    "create trigger refuse before insert on event for each row when (new.task_id = %d) execute function refuse()"
                            .formatted(TaskId.parse(bad).orElseThrow().number()));

            dispatcher.advance(Duration.ofSeconds(121));

            assertThat(standing(good)).isEqualTo("pending");
            assertThat(standing(alsoGood)).isEqualTo("pending");
            assertThat(standing(bad)).isEqualTo("assigned");
        } finally {
            execute("drop function refuse cascade");
        }
        dispatcher.advance(Duration.ZERO);
        assertThat(standing(bad)).isEqualTo("pending");
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = dispatcher.bean(Database.class).connect("test")) {
            Sql.of(connection, sql).update();
        }
    }
}
