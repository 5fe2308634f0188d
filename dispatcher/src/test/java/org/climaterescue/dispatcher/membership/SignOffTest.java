package org.climaterescue.dispatcher.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.protocol.TaskId;
import org.junit.jupiter.api.Test;

/** A node that leaves while somebody else has its task in hand. */
class SignOffTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Test
    void aNodeIsNotGoneBeforeItsLeasesAreGivenBack() {
        String task = submit(1);
        claim("a");

        CompletableFuture<Answer> leaving = dispatcher.bean(Transactions.class).in(connection -> {
            Sql.of(
                            connection,
                            "select task_id from task where task_id = ? for no key update",
                            TaskId.parse(task).orElseThrow().number())
                    .one(row -> row.number("task_id"));
            CompletableFuture<Answer> left =
                    CompletableFuture.supplyAsync(() -> dispatcher.delete("/nodes/" + node("a")));
            dispatcher.awaitALockIsWaitedFor();
            // A dispatcher that dies now leaves this behind.
            assertThat(status("a")).isEqualTo("active");
            assertThat(dispatcher.brokenLaws()).isEmpty();
            return left;
        });

        assertThat(leaving.join().body().at("/released").asInt()).isEqualTo(1);
        assertThat(status("a")).isEqualTo("gone");
        assertThat(standing(task)).isEqualTo("pending");
    }
}
