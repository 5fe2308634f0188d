package org.climaterescue.dispatcher.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.telemetry.KeptTally;
import org.climaterescue.dispatcher.FleetTest;
import org.climaterescue.dispatcher.telemetry.Stats.Amount;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.TaskStatus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Figures of so many tasks that they cannot be counted whenever somebody asks. */
class KeptTallyTest extends FleetTest {

    private static final Duration TOOK = Duration.ofMinutes(1);

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    /** What is quick is not kept, so a quick count leaves none for the next test. */
    @AfterEach
    void forget() {
        Transactions transactions = dispatcher.bean(Transactions.class);
        transactions.in(connection -> {
            dispatcher.bean(KeptTally.class).note(connection, Ledger.now(connection), Duration.ZERO, "");
            return true;
        });
        assertThat(kept()).isEmpty();
    }

    @Test
    void aSlowCountIsToldAgainBesideWhatGoesOnNow() {
        keep();
        dispatcher.advance(TOOK.multipliedBy(9));
        register("a");
        submit(1);
        claim("a");

        await().untilAsserted(() ->
                assertThat(stats().at("/tasks/pending/count").asLong()).isEqualTo(9_000_000));
        JsonNode stats = stats();
        assertThat(Duration.between(
                        Instant.parse(stats.at("/counted_at").asText()),
                        Instant.parse(stats.at("/at").asText())))
                .isBetween(TOOK.multipliedBy(9), TOOK.multipliedBy(10));
        assertThat(stats.at("/queue/ready").asLong()).isEqualTo(8_000_000);
        assertThat(stats.at("/queue/oldest_seconds").asDouble()).isBetween(3600 + 9 * 60.0, 3600 + 10 * 60.0);
        assertThat(stats.at("/queue/active").asLong()).isEqualTo(1);
        assertThat(stats.at("/by_priority/0/priority").asInt()).isEqualTo(7);
    }

    @Test
    void aCountTenTimesAsOldAsItTookIsToldOnceMoreAndMadeAnew() {
        submit(1);
        keep();
        dispatcher.advance(TOOK.multipliedBy(11));

        await().untilAsserted(() -> assertThat(ready()).isEqualTo(8_000_000));
        await().untilAsserted(() -> assertThat(ready()).isEqualTo(1));
    }

    @Test
    void aCountIsNotBegunWhileAnotherDispatcherIsAtIt() {
        dispatcher.bean(Transactions.class).in(another -> {
            dispatcher.bean(KeptTally.class).await(another);
            // What is done on another thread is a transaction of its own.
            CompletableFuture.runAsync(this::keep).join();
            dispatcher.advance(TOOK.multipliedBy(60));
            Instant last = kept().orElseThrow().countedAt();
            CompletableFuture.runAsync(dispatcher.bean(TallyReader.class)::countUnlessAnother)
                    .join();
            assertThat(kept().orElseThrow().countedAt()).isEqualTo(last);
            return true;
        });
    }

    private long ready() {
        return dispatcher.bean(TallyReader.class).last().tally().ready();
    }

    private JsonNode stats() {
        return dispatcher.get("/stats").body();
    }

    private Optional<KeptTally.Kept> kept() {
        return dispatcher.bean(Transactions.class).in(dispatcher.bean(KeptTally.class)::last);
    }

    /** As if a count that took {@link #TOOK} had just ended. */
    private void keep() {
        dispatcher.bean(Transactions.class).in(connection -> {
            Instant now = Ledger.now(connection);
            dispatcher.bean(KeptTally.class).note(connection, now, TOOK, content());
            return true;
        });
    }

    private static String content() {
        Map<TaskStatus, Amount> tasks = new EnumMap<>(TaskStatus.class);
        for (TaskStatus status : TaskStatus.values()) {
            tasks.put(status, new Amount(status == TaskStatus.PENDING ? 9_000_000 : 0, 0));
        }
        try {
            return Json.mapper()
                    .writeValueAsString(new Tally(
                            tasks,
                            new Amount(0, 0),
                            0,
                            9_000_000,
                            8_000_000,
                            1_000_000,
                            3600,
                            List.of(new Stats.OfPriority(7, tasks)),
                            List.of()));
        } catch (JsonProcessingException e) {
            throw new AssertionError(e);
        }
    }
}
