package org.climaterescue.dispatcher.telemetry;

import com.zaxxer.hikari.metrics.micrometer.MicrometerMetricsTrackerFactory;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import jakarta.inject.Singleton;
import java.util.function.ToDoubleFunction;
import org.climaterescue.db.Database;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.intake.Submissions;

/** The counters of {@link Stats} that are this instance's own, and its pool of connections, for {@code /prometheus}. */
@Singleton
final class Meters implements MeterBinder {

    private final Coalescing coalescing;
    private final Submissions submissions;
    private final Database database;

    Meters(Coalescing coalescing, Submissions submissions, Database database) {
        this.coalescing = coalescing;
        this.submissions = submissions;
        this.database = database;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        database.pool().setMetricsTrackerFactory(new MicrometerMetricsTrackerFactory(registry));
        reads(registry, "requests", "reads that others may share", Coalescing.Counters::totalRequests);
        reads(
                registry,
                "deduplicated_requests",
                "reads that shared an execution under way",
                Coalescing.Counters::deduplicatedRequests);
        reads(registry, "cache_hits", "reads that were served a kept result", Coalescing.Counters::cacheHits);
        reads(registry, "executions", "reads that were executed", Coalescing.Counters::actualExecutions);
        Gauge.builder(
                        "rescue.coalescing.deduplication.ratio",
                        coalescing,
                        of -> of.counters().deduplicationRate())
                .description("the share of reads that cost no execution")
                .register(registry);
        received(registry, "submitted", "submissions that could be used", Submissions.Counters::submitted);
        received(registry, "accepted", "submissions that became a task", Submissions.Counters::accepted);
        received(
                registry,
                "duplicates_by_request_id",
                "submissions that repeated a request id and its body",
                Submissions.Counters::duplicatesByRequestId);
        received(
                registry,
                "duplicates_by_url",
                "submissions that repeated a URL within the window",
                Submissions.Counters::duplicatesByUrl);
        received(
                registry,
                "other_body",
                "submissions that repeated a request id with another body",
                Submissions.Counters::otherBody);
        FunctionCounter.builder("rescue.submissions.rejected", submissions, Submissions::rejected)
                .description("requests, lines and records that could not be used")
                .register(registry);
        Gauge.builder(
                        "rescue.deduplication.ratio",
                        submissions,
                        of -> of.counters().rate())
                .description("the share of duplicates among the submissions")
                .register(registry);
    }

    private void reads(
            MeterRegistry registry, String name, String meaning, ToDoubleFunction<Coalescing.Counters> counter) {
        FunctionCounter.builder("rescue.coalescing." + name, coalescing, of -> counter.applyAsDouble(of.counters()))
                .description(meaning)
                .register(registry);
    }

    private void received(
            MeterRegistry registry, String name, String meaning, ToDoubleFunction<Submissions.Counters> counter) {
        FunctionCounter.builder("rescue.deduplication." + name, submissions, of -> counter.applyAsDouble(of.counters()))
                .description(meaning)
                .register(registry);
    }
}
