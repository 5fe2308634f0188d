package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.allocation.ReadyQueue;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.protocol.TaskId;
import org.junit.jupiter.api.Test;

/** Rounds begin where the one before found the first row, and yet miss nothing that comes ahead of it. */
class HeadOfQueueTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HOST_CONNECTIONS", "100");
    }

    @Test
    void whatIsSubmittedAheadOfItIsGivenFirst() {
        submit(1);
        submit(1);
        submit(1);
        given("a");
        given("b");

        String urgent = submit(", 'priority':9");

        assertThat(given("c")).isEqualTo(urgent);
    }

    @Test
    void whatComesBackAheadOfItIsGivenFirst() {
        String oldest = submit(1);
        submit(1);
        submit(1);
        String lease = claim("a");
        given("b");

        release("a", lease);

        assertThat(given("c")).isEqualTo(oldest);
    }

    @Test
    void whatIsMadeMoreUrgentIsGivenFirst() {
        submit(1);
        submit(1);
        String later = submit(1);
        given("a");

        dispatcher.post("/tasks/" + later + "/priority", "{'priority':10}");

        assertThat(given("b")).isEqualTo(later);
    }

    @Test
    void whatATransactionPutsAheadThatWasUnderWayMeanwhileIsGivenFirst() {
        submit(1);
        submit(1);
        submit(1);
        String later = submit(1);
        given("a");

        dispatcher.bean(Transactions.class).in(connection -> {
            Sql.of(
                            connection,
                            "update ready set rank = 1 where task_id = ?",
                            TaskId.parse(later).orElseThrow().number())
                    .update();
            assertThat(given("b")).isNotEqualTo(later);
            assertThat(given("c")).isNotEqualTo(later);
            return true;
        });

        assertThat(given("d")).isEqualTo(later);
    }

    @Test
    void whatWasTooLargeForThoseBeforeIsGivenToWhoeverHasTheRoom() {
        String large = submit(", 'priority':9, 'size_bytes':5000000000");
        submit(1);
        submit(1);
        String last = submit(1);
        given("a");
        given("b");

        assertThat(dispatcher
                        .post("/dispatch", "{'node_id':'" + node("c") + "','capacity_gb':6}")
                        .at("/assignment/assigned_tasks/0/task_id"))
                .isEqualTo(large);
        assertThat(given("d")).isEqualTo(last);
    }

    @Test
    void whatIsTooLargeIsStillAheadForWhoeverHasTheRoomAfterSomethingCameBack() {
        String large = submit(", 'priority':8, 'size_bytes':5000000000");
        submit(1);
        submit(1);
        String lease = claim("a");
        given("b");
        String urgent = submit(", 'priority':9");
        assertThat(given("c")).isEqualTo(urgent);
        release("a", lease);

        assertThat(dispatcher
                        .post("/dispatch", "{'node_id':'" + node("d") + "','capacity_gb':6}")
                        .at("/assignment/assigned_tasks/0/task_id"))
                .isEqualTo(large);
    }

    @Test
    void whatIsOfAHostThatStoodNoMoreIsGivenInItsTurnOnceItStandsMore() {
        List<String> busy = saturate();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            others.add(submit(1));
        }

        assertThat(given("b")).isEqualTo(others.get(0));
        assertThat(given("c")).isEqualTo(others.get(1));
        assertThat(given("d")).isEqualTo(others.get(2));
        dispatcher.patch("/hosts/busy" + test + ".example.org", "{'paused':false}");
        for (int i = 0; i < busy.size(); i++) {
            assertThat(given("e" + i)).isEqualTo(busy.get(i));
        }
        assertThat(given("f")).isEqualTo(others.get(3));
    }

    @Test
    void whatComesBackAmongRowsOfAHostThatStandsNoMoreIsGivenFirst() {
        String oldest = submit(1);
        String lease = claim("a");
        saturate();
        submit(1);
        submit(1);
        submit(1);
        given("b");
        given("c");

        release("a", lease);

        assertThat(given("d")).isEqualTo(oldest);
    }

    @Test
    void aHostThatIsPausedAgainKeepsNobodyElseWaiting() {
        List<String> busy = saturate();
        List<String> others = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            others.add(submit(1));
        }
        given("b");
        given("c");
        dispatcher.patch("/hosts/busy" + test + ".example.org", "{'paused':false}");
        assertThat(given("d")).isEqualTo(busy.getFirst());
        dispatcher.patch("/hosts/busy" + test + ".example.org", "{'paused':true}");

        assertThat(given("e")).isEqualTo(others.get(2));
    }

    @Test
    void theFirstRowOfAnotherHostIsFoundHoweverManyRowsAreAheadOfIt() {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 1100; i++) {
            lines.append("{'url':'https://busy" + test + ".example.org/" + i + "'}\n");
        }
        dispatcher.post("/catalogs?name=busy" + test + "&format=jsonl", lines.toString());
        await().until(() -> dispatcher.get("/catalogs").at("/items/0/status").equals("imported"));
        String first = submit(1);
        submit(1);

        assertThat(head(Set.of(hostNo("busy" + test))))
                .contains(TaskId.parse(first).orElseThrow().number());
        assertThat(head(Set.of(hostNo("busy" + test), hostNo("test" + test)))).isEmpty();
    }

    /** More tasks of a host than a round reads at first, all ahead of those that are submitted next. */
    private List<String> saturate() {
        List<String> busy = new ArrayList<>();
        for (int i = 0; i < 70; i++) {
            busy.add(dispatcher
                    .post(
                            "/tasks",
                            "{'dataset_url':'https://busy" + test + ".example.org/" + i
                                    + "', 'size_bytes':1000, 'copies':1}")
                    .at("/task_id"));
        }
        dispatcher.patch("/hosts/busy" + test + ".example.org", "{'paused':true}");
        return busy;
    }

    @Test
    void theNotesOfItAreClearedAwayWhenNoRoundNeedsThem() {
        submit(1);
        assertThat(openings()).isPositive();

        dispatcher.advance(ReadyQueue.Head.LASTS.multipliedBy(11));
        dispatcher.bean(Transactions.class).in(connection -> {
            dispatcher.bean(ReadyQueue.class).forgetOpenings(connection);
            return true;
        });

        assertThat(openings()).isZero();
    }

    private String given(String node) {
        Answer answer = dispatcher.post("/dispatch", dispatch(node, ""));
        return answer.at("/assignment/assigned_tasks/0/task_id");
    }

    /** The number of the first task of the queue that is of none of these hosts. */
    private Optional<Long> head(Set<Integer> passed) {
        return dispatcher.bean(Transactions.class).in(connection -> {
            var reads = Pipeline.on(connection);
            var head = dispatcher.bean(ReadyQueue.class).head(reads, ReadyQueue.Place.START, Long.MAX_VALUE, passed);
            reads.send();
            return head.get().map(found -> found.place().taskId());
        });
    }

    private int hostNo(String name) {
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, "select host_no from host where name = ?", name + ".example.org")
                        .one(row -> row.integer("host_no")));
    }

    private long openings() {
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, "select count(*) as n from ready_opened")
                        .one(row -> row.number("n")));
    }
}
