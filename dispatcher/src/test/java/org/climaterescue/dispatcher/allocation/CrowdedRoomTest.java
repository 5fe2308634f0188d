package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.protocol.TaskId;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where so many wait that not everybody is asked in each round. */
class CrowdedRoomTest extends FleetTest {

    private static final int CROWD = 250;

    private List<CompletableFuture<Answer>> crowd = List.of();

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "100");
    }

    /** They want what nobody submits here. */
    @BeforeEach
    void gather() {
        long before = waiting();
        crowd = IntStream.range(0, CROWD)
                .mapToObj(i -> dispatcher.posting(
                        "/dispatch", dispatch("crowd" + i, ", 'wait_seconds':60, 'priority_level':'critical'")))
                .toList();
        await().until(() -> waiting() == before + CROWD);
    }

    @Test
    void whoComesGetsWhatNobodyElseMayTake() {
        String task = submit(1);

        String lease = claim("a");

        assertThat(lease).isNotEmpty();
        complete("a", lease, DIGEST);
        assertThat(standing(task)).isEqualTo("rescued");
        assertThat(crowd).noneMatch(CompletableFuture::isDone);
    }

    @Test
    void whoComesLaterDoesNotGetWhatOneWhoWaitsMayTake() {
        register("a");
        register("b");
        String task = submit(1);
        setPaused(task, true);
        var waited = dispatcher.posting("/dispatch", dispatch("a", ", 'wait_seconds':60"));
        await().until(() -> waiting() % CROWD == 1);

        // Nobody rings, as when the word is lost.
        setPaused(task, false);

        assertThat(claim("b")).isEmpty();
        assertThat(waited.join().at("/assignment/assigned_tasks/0/task_id")).isEqualTo(task);
    }

    private void setPaused(String task, boolean paused) {
        dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(
                                connection,
                                "update host h set paused = ? from task t where t.task_id = ? and h.host_no = t.host_no",
                                paused,
                                TaskId.parse(task).orElseThrow().number())
                        .update());
    }

    private long waiting() {
        return dispatcher.bean(AllocationRounds.class).reportActiveTasks().orElseThrow();
    }
}
