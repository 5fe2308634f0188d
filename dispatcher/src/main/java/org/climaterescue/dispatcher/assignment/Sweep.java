package org.climaterescue.dispatcher.assignment;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Leases;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.dispatcher.tracing.LogContext;
import org.climaterescue.protocol.AssignmentId;
import org.climaterescue.protocol.TaskId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Returns what silent nodes held, and offers again what has waited long enough. Any number of instances may sweep at once:
 * what a sweep finds is checked again under the task's lock.
 */
@Context
public final class Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);

    /** Found at a time; the rest waits for the next run of the loop. */
    private static final int BATCH = 1000;

    /** More leases that end in one sweep are told of in one line. */
    private static final int MOST_LINES = 10;

    private final Transactions transactions;
    private final Leases leases;
    private final CustodyDesk desk;
    private final Settings.Liveness liveness;
    private @Nullable Ticker ticker;

    Sweep(Transactions transactions, Leases leases, CustodyDesk desk, Settings settings) {
        this.transactions = transactions;
        this.leases = leases;
        this.desk = desk;
        this.liveness = settings.liveness();
    }

    @PostConstruct
    void start() {
        long pause = Math.clamp(liveness.heartbeat().toMillis() / 4, 50, 1000);
        ticker = Ticker.start("the sweep", Duration.ofMillis(pause), this::runOnce);
    }

    @PreDestroy
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
    }

    /** One sweep over everything that is due now; tells how many tasks it moved. */
    public int runOnce() {
        var reaped = new Reaped();
        int moved = 0;
        List<Due> now;
        List<Due> found;
        do {
            found = due();
            now = carryOut(found);
            moved += now.size();
            now.stream().flatMap(due -> Stream.ofNullable(due.lease())).forEach(reaped::add);
            // What could not be moved is found again at once.
        } while (found.size() >= BATCH && !now.isEmpty());
        reaped.log();
        return moved;
    }

    /** Those that were moved. */
    private List<Due> carryOut(List<Due> due) {
        try {
            List<Boolean> done = desk.carryOut(due.stream().map(Due::order).toList());
            return IntStream.range(0, due.size())
                    .filter(done::get)
                    .mapToObj(due::get)
                    .toList();
        } catch (RuntimeException e) {
            if (e instanceof StorageFailure failure && failure.away()) {
                throw e;
            }
            if (due.size() == 1) {
                LOG.error(
                        "task {} cannot be swept and is left as it is",
                        new TaskId(due.getFirst().order().taskId()),
                        e);
                return List.of();
            }
            // One task that cannot be written must not keep the others from being reaped.
            return due.stream().flatMap(one -> carryOut(List.of(one)).stream()).toList();
        }
    }

    private List<Due> due() {
        Duration longest = liveness.stallAfter();
        return transactions.in(connection -> {
            List<Due> found = new ArrayList<>();
            for (Leases.Overdue lease : leases.overdue(connection, longest, BATCH)) {
                found.add(new Due(
                        lease.runOut()
                                ? TaskOrders.expire(lease.taskId(), lease.token())
                                : TaskOrders.expireStalled(lease.taskId(), lease.token(), longest),
                        lease));
            }
            for (long taskId : leases.due(connection, BATCH)) {
                found.add(new Due(TaskOrders.reconsider(taskId), null));
            }
            return found;
        });
    }

    /**
     * What is to be moved.
     *
     * @param lease null when it is about no lease
     */
    private record Due(Order<Boolean> order, Leases.@Nullable Overdue lease) {}

    /** The leases that ended in one sweep. There may be any number of them: only the first few are kept, and the nodes. */
    private static final class Reaped {

        private final List<Leases.Overdue> first = new ArrayList<>();
        private final Set<String> nodes = new HashSet<>();
        private int runOut;
        private int stalled;

        void add(Leases.Overdue lease) {
            if (first.size() < MOST_LINES) {
                first.add(lease);
            }
            nodes.add(lease.nodeId());
            if (lease.runOut()) {
                runOut++;
            } else {
                stalled++;
            }
        }

        /** A line for each lease, or one for all of many: what becomes of a task stands in its history as well. */
        void log() {
            if (runOut + stalled > MOST_LINES) {
                LOG.info(
                        "{} assignments of {} nodes were reaped: {} had run out, {} had stalled",
                        runOut + stalled,
                        nodes.size(),
                        runOut,
                        stalled);
                return;
            }
            for (Leases.Overdue lease : first) {
                String assignment = new AssignmentId(lease.taskId(), lease.token()).toString();
                try (var _ =
                        LogContext.open().with(LogContext.NODE, lease.nodeId()).assignment(assignment)) {
                    LOG.info(
                            "assignment {} of node {} was reaped: it {}; its task goes back",
                            assignment,
                            lease.nodeId(),
                            lease.runOut() ? "has run out" : "has stalled");
                }
            }
        }
    }
}
