package org.climaterescue.dispatcher.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.StreamSupport;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.Transactions;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.TaskId;
import org.junit.jupiter.api.Test;

/** Sizes that nobody gave, and sizes that were given wrong: who tells them, and what is reserved. */
class SizesTest extends FleetTest {

    private static final long GUESS = 600_000_000;
    private static final long HUGE = 50_000_000_000L;

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_UNKNOWN_SIZE_MB", "600", "RESCUE_HOST_CONNECTIONS", "100", "RESCUE_MAX_ATTEMPTS", "2");
    }

    @Test
    void whatTheFirstNodeTellsIsReservedAndTheTasksSize() {
        String task = unsized("");
        unsized("");
        String lease = claim("a");
        assertThat(reserved(lease)).isEqualTo(GUESS);

        tell("a", lease, 0, 7000);

        assertThat(reserved(lease)).isEqualTo(7000);
        assertThat(size(task)).isEqualTo("7000");
        assertThat(reserved(claim("a"))).isEqualTo(GUESS);
        // Figures are kept for a while.
        await().until(() -> bytesAtWork() == 7000);
        assertThat(sized(task)).singleElement().satisfies(event -> {
            assertThat(event.at("/node_id").asText()).isEqualTo(node("a"));
            assertThat(event.at("/assignment_id").asText()).isEqualTo(lease);
            assertThat(event.at("/detail/size_bytes").asLong()).isEqualTo(7000);
        });
    }

    @Test
    void theNextCopiesReserveWhatTheFirstHas() {
        String task = unsized(", 'copies':3");
        complete("a", claim("a"), DIGEST);

        assertThat(size(task)).isEqualTo("1000");
        assertThat(reserved(claim("b"))).isEqualTo(1000);
        assertThat(sized(task)).isEmpty();
    }

    @Test
    void whatIsOfferedBesideIsWrittenAnewWithTheSize() {
        String task = submit(3);
        complete("a", claim("a"), DIGEST);
        forgetSize(task);
        String lease = claim("b");
        assertThat(reserved(lease)).isEqualTo(GUESS);

        tell("b", lease, 10, 5000);

        assertThat(reserved(claim("c"))).isEqualTo(5000);
    }

    @Test
    void aSizeThatWasGivenStandsAgainstOneNodesWordButTheReservationFollowsTheOrigin() {
        String task = submit(1);
        String lease = claim("a");

        tell("a", lease, 0, HUGE);

        assertThat(size(task)).isEqualTo("1000");
        assertThat(reserved(lease)).isEqualTo(HUGE);
        assertThat(sized(task)).isEmpty();
        // It holds more than it offers, and gets nothing.
        submit(1);
        assertThat(claim("a")).isEmpty();
    }

    @Test
    void theFirstWordStandsUntilACopyIsVerified() {
        String task = submit(3);
        complete("a", claim("a"), DIGEST);
        forgetSize(task);
        String second = claim("b");
        String third = claim("c");

        tell("b", second, 0, 5000);
        tell("c", third, 0, 6000);
        tell("b", second, 0, 5001);

        assertThat(size(task)).isEqualTo("5000");
        assertThat(reserved(second)).isEqualTo(5001);
        assertThat(reserved(third)).isEqualTo(6000);

        // The copies have 1000 bytes.
        complete("b", second, DIGEST);

        assertThat(size(task)).isEqualTo("1000");
        assertThat(sized(task)).hasSize(1);
    }

    @Test
    void aCopyThatNobodyConfirmsCorrectsNoSize() {
        String task = submit(", 'size_bytes':4000, 'copies':2");
        complete("a", claim("a"), DIGEST);
        assertThat(size(task)).isEqualTo("4000");

        complete("b", claim("b"), DIGEST);
        assertThat(size(task)).isEqualTo("1000");
    }

    @Test
    void aCatalogThatGivesNoSizeTakesNoneBack() {
        String url = "http://test" + test + ".example.org/catalog";
        importing("{'url':'" + url + "','copies':1}");
        String task = dispatcher.get("/copies?url=" + url).at("/task_id");
        tell("a", claim("a"), 0, 7000);

        importing("{'url':'" + url + "','name':'renamed'}");

        assertThat(dispatcher.get("/tasks/" + task).at("/name")).isEqualTo("renamed");
        assertThat(size(task)).isEqualTo("7000");
        dispatcher.advance(Duration.ofSeconds(121));
        assertThat(reserved(claim("b"))).isEqualTo(7000);
    }

    @Test
    void noLessIsReservedThanIsOnTheDisk() {
        unsized("");
        String lease = claim("a");

        beat("a", lease, GUESS + 5);
        assertThat(reserved(lease)).isEqualTo(GUESS + 5);
        tell("a", lease, GUESS + 6, 10);
        assertThat(reserved(lease)).isEqualTo(GUESS + 6);
    }

    @Test
    void aHeartbeatThatTellsNothingNewWaitsForNoTask() throws Exception {
        String task = unsized("");
        String lease = claim("a");
        tell("a", lease, 0, 7000);

        try (Connection connection = dispatcher.bean(Database.class).connect("test")) {
            connection.setAutoCommit(false);
            Sql.of(connection, "select from task where task_id = ? for update", number(task))
                    .list(row -> true);

            Answer answer = telling("a", lease, 10, "7000").get(30, TimeUnit.SECONDS);

            assertThat(answer.body().at("/renewed")).hasSize(1);
            connection.rollback();
        }
    }

    @Test
    void aFailureTellsTheSizeSoThatOnlyANodeWithRoomGetsTheTask() {
        String task = unsized("");
        String lease = claim("a");

        Answer failed = dispatcher.post(
                "/assignments/" + lease + "/fail",
                "{'node_id':'" + node("a") + "','reason':'disk_full','size_bytes':" + HUGE + "}");

        assertThat(failed.at("/task_status")).isEqualTo("pending");
        assertThat(size(task)).isEqualTo("" + HUGE);
        assertThat(sized(task)).hasSize(1);
        dispatcher.advance(Duration.ofDays(1));
        assertThat(claim("a")).isEmpty();
        assertThat(claim("b")).isEmpty();
        assertThat(standing(task)).isEqualTo("pending");
        assertThat(dispatcher.get("/tasks/" + task).at("/attempts")).isEqualTo("0");
        assertThat(offering("c", "60")).isNotEmpty();
    }

    @Test
    void aNodeWhoseDiskWasTooFullIsLeftAloneTwiceAsLongEachTime() {
        String task = submit(1);
        for (int seconds : new int[] {30, 60, 120, 240}) {
            assertThat(fail("a", claim("a"), "disk_full").status()).isEqualTo(200);
            dispatcher.advance(Duration.ofSeconds(seconds - 15));
            assertThat(claim("a")).isEmpty();
            dispatcher.advance(Duration.ofSeconds(16));
        }
        assertThat(claim("a")).isNotEmpty();
        assertThat(dispatcher.get("/tasks/" + task).at("/attempts")).isEqualTo("0");
    }

    @Test
    void aSmallNodeStakesAllThatItHasOnOneFileOfUnknownSizeAtATime() {
        unsized("");
        unsized("");

        assertThat(offering("a", "0")).isEmpty();
        String lease = offering("a", "0.1");
        assertThat(reserved(lease)).isEqualTo(100_000_000);
        // There is more space now, but less than the guess, and one such file is at work.
        assertThat(offering("a", "0.3")).isEmpty();

        tell("a", lease, 0, 7000);
        assertThat(reserved(offering("a", "0.1"))).isEqualTo(100_000_000 - 7000);
    }

    @Test
    void aFileOfUnknownSizeDoesNotBounceBetweenSmallNodes() {
        unsized("");
        fail("a", offering("a", "0.1"), "disk_full");

        assertThat(offering("b", "0.5")).isEmpty();
        assertThat(offering("c", "0.6")).isNotEmpty();
    }

    @Test
    void sizesBeyondAllMeasureHarmNobody() {
        unsized("");
        unsized("");
        String one = offering("a", "100");
        String two = offering("a", "100");
        tell("a", one, 0, Long.MAX_VALUE);
        dispatcher.post(
                "/nodes/" + node("a") + "/heartbeat",
                "{'capacity_gb':1,'assignments':[{'assignment_id':'" + one + "','bytes_done':0},{'assignment_id':'"
                        + two + "','bytes_done':0,'size_bytes':" + Long.MAX_VALUE + "}]}");
        assertThat(reserved(two)).isEqualTo(Long.MAX_VALUE);
        String task = submit(1);

        Answer full = dispatcher.post("/dispatch", "{'node_id':'" + node("a") + "', 'capacity_gb':100}");
        assertThat(full.status()).isEqualTo(200);
        assertThat(full.body().at("/assignment/assigned_tasks")).isEmpty();
        assertThat(claim("b")).isNotEmpty();
        assertThat(standing(task)).isEqualTo("assigned");
        assertThat(dispatcher.get("/stats").status()).isEqualTo(200);
    }

    @Test
    void tasksOfWhichNobodyKnowsTheSizeAddNoBytes() {
        unsized("");

        await().untilAsserted(() -> assertThat(
                        dispatcher.get("/stats").body().at("/tasks/pending").toString())
                .isEqualTo("{\"count\":1,\"bytes\":0}"));
    }

    @Test
    void aSizeBelowNothingIsRefusedAndChangesNothing() {
        String task = unsized("");
        String lease = claim("a");

        Answer refused = telling("a", lease, 0, "-1").join();

        assertThat(refused.status()).isEqualTo(400);
        assertThat(refused.body().toString()).contains("size_bytes");
        assertThat(reserved(lease)).isEqualTo(GUESS);
        assertThat(size(task)).isEmpty();
    }

    private String unsized(String more) {
        return submit(", 'size_bytes':null" + more);
    }

    private String offering(String node, String gigabytes) {
        return dispatcher
                .post("/dispatch", "{'node_id':'" + node(node) + "', 'capacity_gb':" + gigabytes + "}")
                .at("/assignment/assigned_tasks/0/assignment_id");
    }

    private void tell(String node, String lease, long bytes, long size) {
        assertThat(telling(node, lease, bytes, "" + size).join().body().at("/renewed"))
                .hasSize(1);
    }

    private CompletableFuture<Answer> telling(String node, String lease, long bytes, String size) {
        return dispatcher.posting(
                "/nodes/" + node(node) + "/heartbeat",
                "{'capacity_gb':1,'assignments':[{'assignment_id':'" + lease + "','bytes_done':" + bytes
                        + ",'size_bytes':" + size + "}]}");
    }

    private void importing(String line) {
        String catalog = dispatcher
                .post("/catalogs?name=catalog" + test + "&format=jsonl", line)
                .at("/catalog_id");
        await().until(() -> dispatcher.get("/catalogs/" + catalog).at("/status").equals("imported"));
    }

    private String size(String task) {
        return dispatcher.get("/tasks/" + task).at("/size_bytes");
    }

    /** Of this test's own host. */
    private long bytesAtWork() {
        JsonNode hosts = dispatcher.get("/stats").body().at("/by_host");
        return StreamSupport.stream(hosts.spliterator(), false)
                .filter(host -> host.at("/host").asText().equals("test" + test + ".example.org"))
                .mapToLong(host -> host.at("/tasks/assigned/bytes").asLong())
                .sum();
    }

    private List<JsonNode> sized(String task) {
        JsonNode history = dispatcher.get("/tasks/" + task + "/history").body().at("/items");
        return StreamSupport.stream(history.spliterator(), false)
                .filter(event -> event.at("/event").asText().equals("sized"))
                .toList();
    }

    private long reserved(String lease) {
        long token = AssignmentId.parse(lease).orElseThrow().token();
        return dispatcher
                .bean(Transactions.class)
                .in(connection -> Sql.of(connection, "select reserved_bytes from assignment where token = ?", token)
                        .one(row -> row.number("reserved_bytes")));
    }

    private static long number(String task) {
        return TaskId.parse(task).orElseThrow().number();
    }

    /** As if it had been taken before anybody knew. */
    private void forgetSize(String task) {
        for (String table : new String[] {"task", "ready"}) {
            dispatcher
                    .bean(Transactions.class)
                    .in(connection -> Sql.of(
                                    connection,
                                    "update " + table + " set size_bytes = null where task_id = ?",
                                    number(task))
                            .update());
        }
    }
}
