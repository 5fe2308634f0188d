package org.climaterescue.dispatcher.intake;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.climaterescue.db.Database;
import org.climaterescue.db.Sql;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.dispatcher.TestDispatcher;
import org.climaterescue.dispatcher.TestDispatcher.Answer;
import org.climaterescue.dispatcher.intake.SingleSubmissions.Told;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Submissions that come one a call and meet in one round. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SingleSubmissionsTest {

    private static final int CALLS = 500;
    private static final int URLS = 40;

    private TestDispatcher dispatcher;

    @BeforeAll
    void start() {
        dispatcher = TestDispatcher.start(Map.of());
    }

    @AfterAll
    void stop() {
        dispatcher.close();
    }

    @Test
    void ofABurstOfEqualCallsOneOfEachUrlIsTakenAndNobodyIsTurnedAway() {
        List<CompletableFuture<Answer>> calls = IntStream.range(0, CALLS)
                .mapToObj(i -> dispatcher.posting("/tasks", "{'dataset_url':'http://burst.test/" + i % URLS + "'}"))
                .toList();
        Map<Integer, List<Answer>> answers = new HashMap<>();
        for (int i = 0; i < CALLS; i++) {
            answers.computeIfAbsent(i % URLS, none -> new ArrayList<>())
                    .add(calls.get(i).join());
        }

        assertThat(answers).hasSize(URLS).allSatisfy((url, ofUrl) -> {
            assertThat(ofUrl).filteredOn(answer -> answer.status() == 202).hasSize(1);
            assertThat(ofUrl).filteredOn(answer -> answer.status() != 202).allSatisfy(answer -> {
                assertThat(answer.status()).isEqualTo(409);
                assertThat(answer.at("/code")).isEqualTo("duplicate");
                assertThat(answer.at("/task_status")).isEqualTo("pending");
            });
            assertThat(ofUrl)
                    .extracting(answer -> answer.at("/task_id"))
                    .containsOnly(ofUrl.getFirst().at("/task_id"));
        });
        assertThat(dispatcher.get("/tasks?host=burst.test&limit=1000").body().at("/items"))
                .hasSize(URLS);
    }

    @Test
    void oneThatCannotBeStoredTakesNoOtherOfItsRoundWithIt() throws SQLException {
        List<CompletableFuture<Told>> answers = inOneRound(List.of(
                submission("http://round.test/1", null, "one"),
                submission("http://round.test/2", null, "no text of the database may hold a \u0000"),
                submission("http://round.test/3", null, "three")));

        assertThat(answers.get(0).join()).isInstanceOf(Told.Accepted.class);
        assertThat(answers.get(1).join()).isEqualTo(new Told.Unstorable());
        assertThat(answers.get(2).join()).isInstanceOf(Told.Accepted.class);
    }

    @Test
    void equalOnesOfARoundAreAnsweredAsIfOneAfterTheOther() throws SQLException {
        List<CompletableFuture<Told>> answers = inOneRound(List.of(
                submission("http://equal.test/1", "id-1", "the same"),
                submission("http://equal.test/1", "id-1", "the same"),
                submission("http://equal.test/2", "id-1", "the same"),
                submission("http://equal.test/1", "id-2", "the same"),
                submission("http://equal.test/3", "id-2", "the same")));

        long first = ((Told.Accepted) answers.get(0).join()).taskId();
        assertThat(answers.get(1).join())
                .isInstanceOfSatisfying(
                        Told.Duplicate.class,
                        again -> assertThat(again.first().taskId()).isEqualTo(first));
        assertThat(answers.get(2).join()).isEqualTo(new Told.OtherBody(first));
        assertThat(answers.get(3).join())
                .isInstanceOfSatisfying(
                        Told.Duplicate.class,
                        again -> assertThat(again.first().taskId()).isEqualTo(first));
        // The id of a duplicate by URL is not used up.
        assertThat(answers.get(4).join()).isInstanceOf(Told.Accepted.class);
    }

    /** Submits all of these while the loop waits for a URL that another transaction holds. */
    private List<CompletableFuture<Told>> inOneRound(List<Submission> submissions) throws SQLException {
        var single = dispatcher.bean(SingleSubmissions.class);
        Submission held = submission("http://held.test/" + submissions.hashCode(), null, "held");
        try (Connection holder = dispatcher.bean(Database.class).connect("a test that holds a URL")) {
            holder.setAutoCommit(false);
            Sql.of(
                            holder,
                            "insert into capture (url_sha256, task_id, taken_at) values (?, 0, ?)",
                            held.url().key().bytes(),
                            Instant.now())
                    .update();
            CompletableFuture<Told> first = single.submit(held);
            dispatcher.awaitALockIsWaitedFor();
            List<CompletableFuture<Told>> answers =
                    submissions.stream().map(single::submit).toList();
            holder.rollback();
            assertThat(first.join()).isInstanceOf(Told.Accepted.class);
            return answers;
        }
    }

    private Submission submission(String url, @Nullable String requestId, String name) {
        var description = new Description(name, null, null, null, null, null);
        var request = requestId == null
                ? null
                : new Submission.Request(
                        requestId,
                        Fingerprint.of(
                                new TaskRequest(requestId, url, name, null, null, null, null, null, null, null)));
        return new Submission(request, CanonicalUrl.of(url), description, 1, null);
    }
}
