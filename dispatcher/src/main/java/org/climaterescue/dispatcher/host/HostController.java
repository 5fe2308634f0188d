package org.climaterescue.dispatcher.host;

import io.micronaut.core.annotation.Introspected;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Patch;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.streaming.Paging;
import org.climaterescue.protocol.Texts;
import org.jspecify.annotations.Nullable;

/** Origins: their load, their limits, their pauses. */
@Controller("/hosts")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Hosts")
class HostController {

    private final Transactions transactions;
    private final Hosts hosts;
    private final WorkBell bell;
    private final Coalescing coalescing;

    HostController(Transactions transactions, Hosts hosts, WorkBell bell, Coalescing coalescing) {
        this.transactions = transactions;
        this.hosts = hosts;
        this.bell = bell;
        this.coalescing = coalescing;
    }

    /** Every origin that a task names, the latest first. */
    @Get
    @Secured(SecurityRule.IS_ANONYMOUS)
    @Operation(operationId = "listHosts")
    CompletableFuture<Page> list(@Nullable @QueryValue Integer limit, @Nullable @QueryValue String cursor) {
        Paging paging = Paging.of(limit, cursor);
        return coalescing.fresh("hosts " + paging, () -> page(paging));
    }

    private Page page(Paging paging) {
        Paging.Page<Hosts.Entry> page = paging.page(
                transactions.atLength(connection -> hosts.page(connection, paging.before(), paging.probe())),
                Hosts.Entry::hostNo);
        return new Page(page.items().stream().map(HostPage::from).toList(), page.nextCursor());
    }

    /** One origin. */
    @Get("/{host}")
    @Secured(SecurityRule.IS_ANONYMOUS)
    @Operation(operationId = "host")
    HostPage one(String host) {
        return transactions.in(connection -> found(connection, host));
    }

    /**
     * Limits, pauses or releases an origin. Work under way goes on; a lower limit holds for what is given out from now on.
     * Setting a limit, and letting an origin go on, forget what it was throttled to before.
     */
    @Patch("/{host}")
    @Secured(Roles.OPERATOR)
    HostPage steer(String host, @Valid @Body Steering steering) {
        if (steering.maxConnections() == null && steering.paused() == null) {
            throw ProblemException.invalid("max_connections", "send max_connections, paused, or both");
        }
        HostPage now = transactions.in(connection -> {
            if (Texts.storable(host)) {
                hosts.steer(connection, host, steering.maxConnections(), steering.paused());
            }
            return found(connection, host);
        });
        bell.ring();
        return now;
    }

    private HostPage found(Connection connection, String host) throws SQLException {
        Optional<Hosts.Entry> entry = Texts.storable(host) ? hosts.find(connection, host) : Optional.empty();
        return entry.map(HostPage::from)
                .orElseThrow(() -> ProblemException.notFound(
                        "no task names the host " + host + "; GET /hosts lists those that tasks do"));
    }

    /**
     * One page of a list.
     *
     * @param nextCursor asks for the next page; null on the last
     */
    record Page(List<HostPage> items, @Nullable String nextCursor) {}

    /**
     * What an operator changes; at least one member.
     *
     * @param maxConnections active assignments at a time over the whole fleet, 1 to 1000; null: as before
     * @param paused whether nothing new is given out; null: as before
     */
    @Introspected
    record Steering(
            @Nullable @Min(1) @Max(1000) Integer maxConnections,
            @Nullable Boolean paused) {}

    /**
     * An origin.
     *
     * @param maxConnections active assignments at a time over the whole fleet
     * @param connections what of these it is trusted with now: halved when it says that it is busy, one more each minute
     * @param busyUntil when the pause ends that it asked for; null when there is none
     * @param active active assignments
     * @param ready copies that could be made if it stood more
     */
    record HostPage(
            String host,
            int maxConnections,
            int connections,
            boolean paused,
            @Nullable Instant busyUntil,
            long active,
            long ready) {

        static HostPage from(Hosts.Entry host) {
            return new HostPage(
                    host.host(),
                    host.maxConnections(),
                    host.connections(),
                    host.paused(),
                    host.busyUntil(),
                    host.active(),
                    host.ready());
        }
    }
}
