package org.climaterescue.dispatcher.telemetry;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.sse.Event;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.telemetry.ProgressLog;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.problem.Words;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;

/** Figures, at rest and moving. */
@Controller
@Secured(SecurityRule.IS_ANONYMOUS)
@Tag(name = "Service")
class TelemetryController {

    private final StatsReader stats;
    private final LiveStream stream;
    private final Transactions transactions;
    private final ProgressLog history;
    private final Coalescing coalescing;

    TelemetryController(
            StatsReader stats,
            LiveStream stream,
            Transactions transactions,
            ProgressLog history,
            Coalescing coalescing) {
        this.stats = stats;
        this.stream = stream;
        this.transactions = transactions;
        this.history = history;
        this.coalescing = coalescing;
    }

    /** The whole rescue in figures: counts and bytes by status, throughput, what waits, nodes, hosts, priorities. */
    @Get("/stats")
    CompletableFuture<Stats> stats() {
        return stats.stats();
    }

    /**
     * How the rescue stood at times, oldest first, some hundred samples at the most; all dispatchers take them together.
     *
     * @param span how far back: hour, day, or all
     */
    @Get("/stats/history")
    @Operation(operationId = "getHistoryOfStats")
    CompletableFuture<Samples> history(@QueryValue(defaultValue = "day") String span) {
        Span wanted = Words.parse(Span.class, "span", span);
        return coalescing.kept(
                "history " + span,
                () -> new Samples(transactions.atLength(connection -> history.since(connection, wanted.back)).stream()
                        .map(Sample::from)
                        .toList()));
    }

    /**
     * Server-sent events: {@code stats} every second, and {@code task}, {@code node} and {@code host} changes: a host's tasks, limit,
     * pause or rest. {@code database} says every few seconds that the database is away, and since when, and once that it is up again.
     *
     * @param only one of these words: only events of this kind; may be given several times
     */
    @Get(uri = "/stream", produces = MediaType.TEXT_EVENT_STREAM)
    @ApiResponse(
            responseCode = "200",
            description = "Events that never end; the data of each is a JSON object.",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM, schema = @Schema(type = "string")))
    Publisher<Event<String>> stream(@Nullable @QueryValue List<String> only) {
        return stream.watch(
                only == null
                        ? EnumSet.allOf(LiveStream.Kind.class)
                        : only.stream()
                                .map(word -> Words.parse(LiveStream.Kind.class, "only", word))
                                .collect(Collectors.toSet()));
    }

    private enum Span {
        HOUR(Duration.ofHours(1)),
        DAY(Duration.ofDays(1)),
        ALL(null);

        private final @Nullable Duration back;

        Span(@Nullable Duration back) {
            this.back = back;
        }
    }

    /** All samples of a span; there is no further page. */
    record Samples(List<Sample> items) {}

    /**
     * How the rescue stood at a time.
     *
     * @param tasks those that are not cancelled
     * @param copies all copies, extra ones too
     */
    record Sample(Instant at, long tasks, Stats.Amount rescued, long failed, Stats.Amount copies) {

        static Sample from(ProgressLog.Sample sample) {
            return new Sample(
                    sample.at(),
                    sample.tasks(),
                    new Stats.Amount(sample.rescued(), sample.rescuedBytes()),
                    sample.failed(),
                    new Stats.Amount(sample.copies(), sample.copiedBytes()));
        }
    }
}
