package org.climaterescue.dispatcher;

import io.micronaut.context.annotation.Requires;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.runtime.graceful.GracefulShutdownCapable;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Hidden;
import jakarta.inject.Singleton;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.NotNull;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Caller;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.protocol.PriorityLevel;
import org.jspecify.annotations.Nullable;
import org.slf4j.LoggerFactory;

/** Calls of every kind, for tests of what surrounds them. */
@Hidden
@Controller("/probe")
@Requires(property = ProbeController.PROBES)
class ProbeController {

    static final String PROBES = "tests.probes";

    private final Gate gate;

    ProbeController(Gate gate) {
        this.gate = gate;
    }

    /** Holds a call back until the server begins to stop. */
    @Singleton
    static final class Gate implements GracefulShutdownCapable {

        private final CompletableFuture<Void> entered = new CompletableFuture<>();
        private final CompletableFuture<String> opened = new CompletableFuture<>();

        CompletableFuture<Void> entered() {
            return entered;
        }

        @Override
        public CompletionStage<?> shutdownGracefully() {
            opened.complete("passed");
            return opened;
        }
    }

    @Get("/gate")
    CompletableFuture<String> waitAtTheGate() {
        gate.entered.complete(null);
        return gate.opened;
    }

    @Introspected
    record Order(
            @NotNull String nodeName,
            @Nullable @Min(1) @Max(10) Integer maxTasks,
            @Nullable Double capacityGb,
            @Nullable Boolean urgent,
            @Nullable PriorityLevel priorityLevel,
            @Nullable Instant startedAt,
            @Nullable List<@NotNull @Valid Item> assignments) {}

    @Introspected
    record Item(
            @NotNull String assignmentId, @Nullable @Min(0) Long bytesDone) {}

    @Post("/order")
    @Secured(SecurityRule.IS_ANONYMOUS)
    Order order(@Valid @Body Order order) {
        return order;
    }

    @Get("/list{?limit,level}")
    Map<String, Object> list(
            @QueryValue(defaultValue = "10") @Min(1) @Max(100) int limit, @Nullable @QueryValue PriorityLevel level) {
        return Map.of("limit", limit, "level", String.valueOf(level));
    }

    @Get("/required")
    String required(@QueryValue("page_size") int pageSize) {
        return Integer.toString(pageSize);
    }

    @Get("/number/{taskNumber}")
    String number(int taskNumber) {
        return Integer.toString(taskNumber);
    }

    @Get("/throw/{kind}")
    String fail(String kind) throws Exception {
        throw failure(kind);
    }

    @Get("/later/{kind}")
    CompletableFuture<String> failLater(String kind) {
        return CompletableFuture.supplyAsync(() -> {
            throw new IllegalStateException("wrapped", failure(kind));
        });
    }

    @Get("/blocking/{kind}")
    @ExecuteOn(TaskExecutors.BLOCKING)
    String failBlocking(String kind) throws Exception {
        throw failure(kind);
    }

    @Get("/logs")
    @ExecuteOn(TaskExecutors.BLOCKING)
    String log() {
        LoggerFactory.getLogger(ProbeController.class).info("on a thread that may block");
        return "logged";
    }

    @Get("/refuse-later")
    CompletableFuture<String> refuseLater() {
        return CompletableFuture.supplyAsync(() -> {
            throw ProblemException.conflict("lease_lost", "gone").with("task_status", "pending");
        });
    }

    @Post("/operate")
    @Secured(Roles.OPERATOR)
    String operate(Caller caller) {
        return caller.toString();
    }

    @Post("/join")
    @Secured({Roles.JOIN})
    String join(Caller caller) {
        return caller.toString();
    }

    @Post("/nodes/{nodeId}/report")
    @Secured(Roles.NODE)
    String report(String nodeId, Caller caller) {
        caller.requireNode(nodeId);
        return caller.toString();
    }

    @Delete("/nodes/{nodeId}")
    @Secured({Roles.NODE, Roles.OPERATOR})
    String leave(String nodeId, Caller caller) {
        caller.requireNodeOrOperator(nodeId);
        return caller.toString();
    }

    @Patch("/unmarked")
    String unmarked() {
        return "reached";
    }

    private static Exception failure(String kind) {
        return switch (kind) {
            case "problem" ->
                ProblemException.unavailable("busy", "come back", Duration.ofMillis(1500))
                        .with("queue", 3);
            case "pool" -> new SQLTransientConnectionException("database - Connection is not available");
            case "stopped" -> new IllegalStateException("wrapped", new SQLException("terminating connection", "57P01"));
            case "sql" -> new SQLException("secret syntax", "42601");
            default -> new IllegalStateException("secret inside");
        };
    }
}
