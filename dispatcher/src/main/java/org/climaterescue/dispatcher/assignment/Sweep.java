package org.climaterescue.dispatcher.assignment;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.climaterescue.db.StorageFailure;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Leases;
import org.climaterescue.dispatcher.assignment.CustodyDesk.Order;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.dispatcher.settings.Settings;
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
        int moved = 0;
        int now;
        List<Order<Boolean>> orders;
        do {
            orders = due();
            now = carryOut(orders);
            moved += now;
            // What could not be moved is found again at once.
        } while (orders.size() >= BATCH && now > 0);
        return moved;
    }

    private int carryOut(List<Order<Boolean>> orders) {
        try {
            return (int) desk.carryOut(orders).stream().filter(done -> done).count();
        } catch (RuntimeException e) {
            if (e instanceof StorageFailure failure && failure.away()) {
                throw e;
            }
            if (orders.size() == 1) {
                LOG.error(
                        "task {} cannot be swept and is left as it is",
                        new TaskId(orders.getFirst().taskId()),
                        e);
                return 0;
            }
            // One task that cannot be written must not keep the others from being reaped.
            return orders.stream().mapToInt(order -> carryOut(List.of(order))).sum();
        }
    }

    private List<Order<Boolean>> due() {
        Duration longest = liveness.stallAfter();
        return transactions.in(connection -> {
            List<Order<Boolean>> orders = new ArrayList<>();
            for (Leases.Overdue lease : leases.overdue(connection, longest, BATCH)) {
                orders.add(
                        lease.runOut()
                                ? TaskOrders.expire(lease.taskId(), lease.token())
                                : TaskOrders.expireStalled(lease.taskId(), lease.token(), longest));
            }
            for (long taskId : leases.due(connection, BATCH)) {
                orders.add(TaskOrders.reconsider(taskId));
            }
            return orders;
        });
    }
}
