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
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.host.Hosts;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.problem.Words;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.streaming.Paging;
import org.climaterescue.dispatcher.streaming.Place;
import org.climaterescue.protocol.Texts;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Origins: their load, their limits, their pauses. */
@Controller("/hosts")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Hosts")
class HostController {

    private static final Logger LOG = LoggerFactory.getLogger(HostController.class);

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

    /**
     * Every origin that a task names.
     *
     * @param search a part of its name, in any case
     * @param sort known: the latest first; active: those with most active assignments first, then those that are paused or left
     *     alone; waiting: those for which most copies wait first ({@code ready}, where all tasks cannot be counted at once as it was
     *     counted last), then as with active
     */
    @Get
    @Secured(SecurityRule.IS_ANONYMOUS)
    @Operation(operationId = "listHosts")
    CompletableFuture<Page> list(
            @Nullable @QueryValue String search,
            @QueryValue(defaultValue = "known") String sort,
            @Nullable @QueryValue Integer limit,
            @Nullable @QueryValue String cursor) {
        String text = Words.part("search", search);
        Hosts.Order order = Words.parse(Hosts.Order.class, "sort", sort);
        Place place = Place.of(sort, cursor);
        Hosts.Place after = place == null ? null : new Hosts.Place(place.key(), place.number());
        Paging paging = Paging.of(limit, null);
        return coalescing.fresh("hosts " + text + order + after + paging, () -> page(text, order, after, paging));
    }

    private Page page(@Nullable String text, Hosts.Order order, Hosts.@Nullable Place after, Paging paging) {
        List<Hosts.Placed> found =
                transactions.atLength(connection -> hosts.page(connection, text, order, after, paging.probe()));
        List<Hosts.Placed> page = found.subList(0, Math.min(found.size(), paging.limit()));
        return new Page(
                page.stream().map(placed -> HostPage.from(placed.host())).toList(),
                found.size() > page.size() ? end(order, page.getLast().place()) : null);
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
        // What becomes of a task stands in its history; of hosts and nodes, only here.
        LOG.info(
                "an operator steers host {}: paused {}, at most {} connections",
                host,
                now.paused(),
                now.maxConnections());
        return now;
    }

    private HostPage found(Connection connection, String host) throws SQLException {
        Optional<Hosts.Entry> entry = Texts.storable(host) ? hosts.find(connection, host) : Optional.empty();
        return entry.map(HostPage::from)
                .orElseThrow(() -> ProblemException.notFound(
                        "no task names the host " + host + "; GET /hosts lists those that tasks do"));
    }

    private static String end(Hosts.Order order, Hosts.Place place) {
        return new Place(order.name().toLowerCase(Locale.ROOT), place.rank(), place.hostNo()).cursor();
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
     * @param ready copies that could be made if it stood more. More than a thousand are told, where all tasks cannot be counted at once,
     *     as they were counted last: {@code counted_at} of {@code /stats} says when
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
