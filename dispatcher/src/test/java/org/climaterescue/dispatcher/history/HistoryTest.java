package org.climaterescue.dispatcher.history;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.TestDispatcher;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands when the history of a task has been dropped. */
class HistoryTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of("RESCUE_HISTORY", "730d", "RESCUE_HOST_CONNECTIONS", "100");
    }

    /** What is dropped is dropped for all tests. */
    @BeforeEach
    void anew() {
        dispatcher.close();
        dispatcher = TestDispatcher.start(settings());
    }

    @Test
    void historyThatIsOldEnoughIsDroppedWholeAndNothingElse() {
        String task = submit(1);
        fail("a", claim("a"), "network");
        dispatcher.post("/tasks/" + task + "/retry", "");
        complete("b", claim("b"), DIGEST);
        JsonNode before = dispatcher.get("/tasks/" + task).body();
        assertThat(before.has("history_dropped_before")).isFalse();
        assertThat(history(task).at("/items")).hasSize(6);

        after(Duration.ofDays(729));
        assertThat(history(task).at("/items")).hasSize(6);
        assertThat(history(task).has("history_dropped_before")).isFalse();

        after(Duration.ofDays(730 + 62));

        assertThat(history(task).at("/items")).isEmpty();
        assertThat(history(task).at("/history_dropped_before").asText()).endsWith("-01T00:00:00Z");
        JsonNode now = dispatcher.get("/tasks/" + task).body();
        assertThat(now.at("/assignments")).isEmpty();
        assertThat(now.at("/history_dropped_before")).isEqualTo(history(task).at("/history_dropped_before"));
        for (String kept : List.of("status", "verification", "sha256", "copies", "errors", "attempts", "created_at")) {
            assertThat(now.get(kept)).as(kept).isEqualTo(before.get(kept));
        }
        assertThat(now.at("/copies")).hasSize(1);
        assertThat(now.at("/errors")).hasSize(1);
        assertThat(Instant.parse(now.at("/updated_at").asText()))
                .isAfter(Instant.parse(now.at("/created_at").asText()));
    }

    @Test
    void aRepeatedCompletionIsStillKnownWhenItsEventIsGone() {
        submit(1);
        String lease = claim("a");
        JsonNode first = complete("a", lease, DIGEST).body();

        dropAll();

        assertThat(complete("a", lease, DIGEST).status()).isEqualTo(200);
        assertThat(complete("a", lease, DIGEST).body()).isEqualTo(first);
        assertThat(complete("a", lease, OTHER).at("/code")).isEqualTo("different_digest");
        assertThat(complete("stranger", lease, DIGEST).status()).isEqualTo(403);
    }

    @Test
    void aFailureThatIsReportedAgainIsStillKnownAndItsNodeMayBringTheCopyLate() {
        submit(1);
        String lease = claim("a");
        fail("a", lease, "network");

        dropAll();

        assertThat(fail("a", lease, "network").at("/code")).isEqualTo("lease_lost");
        assertThat(complete("a", lease, DIGEST).body().at("/late").asBoolean()).isTrue();
    }

    @Test
    void aLeaseThatBeganBeforeTheHistoryThatIsKeptIsListedAndGoesOn() {
        String task = submit(1);
        String lease = claim("a");

        dropAll();

        JsonNode listed = dispatcher.get("/tasks/" + task).body().at("/assignments");
        assertThat(listed).hasSize(1);
        assertThat(listed.at("/0/assignment_id").asText()).isEqualTo(lease);
        assertThat(listed.at("/0/status").asText()).isEqualTo("active");
        assertThat(beat("a", lease, 10).body().at("/renewed")).hasSize(1);
        assertThat(complete("a", lease, DIGEST).body().at("/task_status").asText())
                .isEqualTo("rescued");
        assertThat(history(task).at("/items").findValuesAsText("event")).containsExactly("completed");
    }

    @Test
    void whatEndedWithoutAReportIsForgottenWithItsHistory() {
        submit(1);
        String lease = claim("a");
        release("a", lease);

        dropAll();

        assertThat(complete("a", lease, DIGEST).status()).isEqualTo(404);
        assertThat(beat("a", lease, 1).body().at("/stop/0/reason").asText()).isEqualTo("expired");
    }

    @Test
    void withoutTheSettingHistoryIsKeptForEver() {
        try (TestDispatcher keepsAll = TestDispatcher.start(Map.of())) {
            String task = keepsAll.post("/tasks", "{'dataset_url':'http://kept.example.org/'}")
                    .at("/task_id");

            keepsAll.bean(HistoryKeeper.class).runOnce(Instant.now().plus(Duration.ofDays(36_500)));

            assertThat(keepsAll.get("/tasks/" + task + "/history").body().at("/items"))
                    .hasSize(1);
        }
    }

    @Test
    void anEventThatNoPartIsForIsToldLikeAnyOther() throws SQLException {
        dropAll();
        String task = submit(1);
        complete("a", claim("a"), DIGEST);

        assertThat(history(task).at("/items")).hasSize(3);
        assertThat(history(task).at("/history_dropped_before").asText()).isNotEmpty();
        try (Connection connection = dispatcher.bean(Database.class).connect("test")) {
            long astray = Sql.of(connection, "select count(*) as astray from event_default")
                    .one(row -> row.number("astray"));
            assertThat(astray).isEqualTo(3);
        }
    }

    private JsonNode history(String task) {
        return dispatcher.get("/tasks/" + task + "/history").body();
    }

    private void dropAll() {
        after(Duration.ofDays(36_500));
    }

    private void after(Duration time) {
        dispatcher.bean(HistoryKeeper.class).runOnce(Instant.now().plus(time));
    }
}
