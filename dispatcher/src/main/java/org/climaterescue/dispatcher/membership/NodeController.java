package org.climaterescue.dispatcher.membership;

import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Delete;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Header;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.Parameter;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Roster;
import org.climaterescue.db.node.Silence;
import org.climaterescue.dispatcher.coalescing.Coalescing;
import org.climaterescue.dispatcher.node.NodeRegistry;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.problem.Words;
import org.climaterescue.dispatcher.security.Caller;
import org.climaterescue.dispatcher.security.Roles;
import org.climaterescue.dispatcher.streaming.Place;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.NodeWelcome;
import org.jspecify.annotations.Nullable;

/** The registry of nodes. */
@Controller("/nodes")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Nodes")
class NodeController {

    private static final String BEARER = "Bearer ";

    private final Membership membership;
    private final Transactions transactions;
    private final Nodes nodes;
    private final Roster roster;
    private final Silence silence;
    private final Coalescing coalescing;

    NodeController(
            Membership membership,
            Transactions transactions,
            Nodes nodes,
            Roster roster,
            Silence silence,
            Coalescing coalescing) {
        this.membership = membership;
        this.transactions = transactions;
        this.nodes = nodes;
        this.silence = silence;
        this.roster = roster;
        this.coalescing = coalescing;
    }

    /** Takes a node in (201), or back under the id that it had (200). */
    @Post
    @Secured({Roles.JOIN, Roles.OPERATOR, Roles.NODE})
    HttpResponse<NodeWelcome> join(
            @Valid @Body NodeRegistration node,
            @Parameter(hidden = true) @Nullable @Header(HttpHeaders.AUTHORIZATION) String authorization,
            @Parameter(hidden = true) Caller caller) {
        String shown = authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
        Membership.Joined joined = membership.join(node, caller, shown);
        return HttpResponse.status(joined.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(joined.welcome());
    }

    /**
     * The registry.
     *
     * @param status only nodes of this status
     * @param search a part of the id, the name or the operator, in any case
     * @param sort registered: the oldest first; heard: those that were silent for longest first; active: those with most active
     *     assignments first. Nodes that have signed off come last in the latter two
     */
    @Get
    @Secured(SecurityRule.IS_ANONYMOUS)
    @Operation(operationId = "listNodes")
    CompletableFuture<Page> list(
            @Nullable @QueryValue String status,
            @Nullable @QueryValue String search,
            @QueryValue(defaultValue = "registered") String sort,
            @QueryValue(defaultValue = "100") @Min(1) @Max(1000) int limit,
            @Nullable @QueryValue String cursor) {
        var wanted = new Roster.Wanted(
                status == null ? null : Words.parse(NodeStatus.class, "status", status), Words.part("search", search));
        Roster.Order order = Words.parse(Roster.Order.class, "sort", sort);
        Place place = Place.of(sort, cursor);
        Roster.Place after = place == null ? null : new Roster.Place(place.key(), Math.toIntExact(place.number()));
        return coalescing.fresh("nodes " + wanted + order + limit + cursor, () -> {
            List<Roster.Row> found =
                    transactions.atLength(connection -> roster.page(connection, wanted, order, after, limit, silence));
            return new Page(
                    found.stream().map(row -> Entry.from(row.node())).toList(),
                    found.size() < limit ? null : end(sort, found.getLast()));
        });
    }

    private static String end(String sort, Roster.Row last) {
        return new Place(sort, last.key(), last.node().nodeNo()).cursor();
    }

    /** One node. */
    @Get("/{nodeId}")
    @Secured(SecurityRule.IS_ANONYMOUS)
    Entry node(String nodeId) {
        return transactions
                .in(connection -> nodes.entry(connection, nodeId, silence))
                .map(Entry::from)
                .orElseThrow(() -> NodeRegistry.unknown(nodeId));
    }

    /**
     * The node finishes what it has and gets nothing new. An operator's drain holds until it is undone, also when the node signs off
     * and comes back; a node's own ends when it signs off.
     */
    @Post("/{nodeId}/drain")
    @Secured({Roles.NODE, Roles.OPERATOR})
    Standing drain(String nodeId, @Parameter(hidden = true) Caller caller) {
        caller.requireNodeOrOperator(nodeId);
        return new Standing(nodeId, membership.drain(nodeId, caller instanceof Caller.Node));
    }

    /** Undoes a drain: the node gets work again. One that was not drained stays as it is. */
    @Post("/{nodeId}/resume")
    @Secured(Roles.OPERATOR)
    @Operation(operationId = "resumeNode")
    Standing resume(String nodeId) {
        return new Standing(nodeId, membership.resume(nodeId));
    }

    /**
     * Signs a node off: its assignments go back at once. One that an operator has signed off, in secured mode, does not come back
     * by its own token, but only when it is introduced anew with the join key or the operator key.
     *
     * @param copies {@code withdrawn} if its copies go too; else they stay counted
     */
    @Delete("/{nodeId}")
    @Secured({Roles.NODE, Roles.OPERATOR})
    Membership.Left leave(String nodeId, @Nullable @QueryValue String copies, @Parameter(hidden = true) Caller caller) {
        caller.requireNodeOrOperator(nodeId);
        if (copies != null && !copies.equals("withdrawn")) {
            throw ProblemException.invalid("copies", "may only be withdrawn, or left out");
        }
        return membership.leave(nodeId, copies != null, caller instanceof Caller.Operator);
    }

    /** How a node stands. */
    record Standing(String nodeId, NodeStatus status) {}

    /**
     * One page of the registry.
     *
     * @param nextCursor where the next page starts; null at the end
     */
    record Page(List<Entry> items, @Nullable String nextCursor) {}

    /**
     * One node. Of one with more than a thousand copies and failures, where all tasks cannot be counted at once, {@code copies}, {@code
     * bytes}, {@code rejected}, {@code doubtful} and {@code failures} are as they were counted last: {@code counted_at} of {@code /stats}
     * says when, some seconds or minutes ago.
     *
     * @param drained whether an operator has drained it: it gets nothing new until that is undone, whatever its status
     * @param capacityGb the free space that it offered last, in GB (10^9 bytes)
     * @param lastHeartbeat when it was last heard of
     * @param bytes the size of its copies
     * @param rejected those of its copies that lost the vote
     * @param doubtful whether its copies keep being rejected, so that it is given less
     */
    record Entry(
            String nodeId,
            String name,
            @Nullable String operator,
            @Nullable String region,
            NodeStatus status,
            boolean drained,
            double capacityGb,
            @Nullable Integer slots,
            Instant registeredAt,
            Instant lastHeartbeat,
            long activeAssignments,
            long copies,
            long bytes,
            long rejected,
            boolean doubtful,
            long failures) {

        static Entry from(Nodes.Entry node) {
            return new Entry(
                    node.nodeId(),
                    node.name(),
                    node.operator(),
                    node.region(),
                    node.status(),
                    node.drained(),
                    (double) node.capacityBytes() / Limits.GB,
                    node.slots(),
                    node.registeredAt(),
                    node.heardAt(),
                    node.activeAssignments(),
                    node.copies(),
                    node.bytes(),
                    node.rejected(),
                    node.doubtful(),
                    node.failures());
        }
    }
}
