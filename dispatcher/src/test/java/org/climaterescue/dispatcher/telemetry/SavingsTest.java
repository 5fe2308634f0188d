package org.climaterescue.dispatcher.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.Map;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestDispatcher;
import org.junit.jupiter.api.Test;

/** What was saved, as the dashboard tells it. */
class SavingsTest {

    @Test
    void whatWasSavedIsOfAllDispatchersAndOutlivesThem() {
        String database = TestDatabase.create();
        long reads;
        try (TestDispatcher one = TestDispatcher.on(database, Map.of())) {
            submit(one);
            submit(one);
            assertThat(saved(one, "/deduplication/duplicates")).isEqualTo(1);
            one.bean(Sampler.class).runOnce();
            try (TestDispatcher another = TestDispatcher.on(database, Map.of())) {
                submit(another);
                assertThat(saved(another, "/deduplication/duplicates")).isEqualTo(2);
                assertThat(saved(another, "/deduplication/submitted")).isEqualTo(3);
            }
            // What the other one had not added yet it added as it stopped.
            await().until(() -> saved(one, "/deduplication/duplicates") == 2);
            reads = saved(one, "/coalescing/total_requests");
        }
        try (TestDispatcher restarted = TestDispatcher.on(database, Map.of())) {
            assertThat(saved(restarted, "/deduplication/duplicates_by_url")).isEqualTo(2);
            assertThat(saved(restarted, "/deduplication/submitted")).isEqualTo(3);
            assertThat(saved(restarted, "/coalescing/total_requests")).isGreaterThan(reads);
        }
    }

    @Test
    void whatIsAddedIsCountedOnce() {
        try (TestDispatcher dispatcher = TestDispatcher.start(Map.of())) {
            submit(dispatcher);
            submit(dispatcher);
            dispatcher.bean(Sampler.class).runOnce();
            dispatcher.bean(Sampler.class).runOnce();
            assertThat(dispatcher.bean(Savings.class).total().deduplication().submitted())
                    .isEqualTo(2);
            submit(dispatcher);
            assertThat(dispatcher.bean(Savings.class).total().deduplication().submitted())
                    .isEqualTo(3);
        }
    }

    private static void submit(TestDispatcher dispatcher) {
        dispatcher.post("/tasks", "{'dataset_url':'http://example.org/the-same'}");
    }

    private static long saved(TestDispatcher dispatcher, String figure) {
        return dispatcher.get("/stats").body().at(figure).asLong();
    }
}
