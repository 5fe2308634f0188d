package org.climaterescue.dispatcher.telemetry;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.sse.Event;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.concurrent.CompletableFuture;
import org.reactivestreams.Publisher;

/** Figures, at rest and moving. */
@Controller
@Secured(SecurityRule.IS_ANONYMOUS)
@Tag(name = "Service")
class TelemetryController {

    private final StatsReader stats;
    private final LiveStream stream;

    TelemetryController(StatsReader stats, LiveStream stream) {
        this.stats = stats;
        this.stream = stream;
    }

    /** The whole rescue in figures: counts and bytes by status, throughput, what waits, nodes, hosts, priorities. */
    @Get("/stats")
    CompletableFuture<Stats> stats() {
        return stats.stats();
    }

    /** Server-sent events: {@code stats} every second, and {@code task}, {@code node} and {@code host} changes. */
    @Get(uri = "/stream", produces = MediaType.TEXT_EVENT_STREAM)
    @ApiResponse(
            responseCode = "200",
            description = "Events that never end; the data of each is a JSON object.",
            content = @Content(mediaType = MediaType.TEXT_EVENT_STREAM, schema = @Schema(type = "string")))
    Publisher<Event<?>> stream() {
        return stream.watch();
    }
}
