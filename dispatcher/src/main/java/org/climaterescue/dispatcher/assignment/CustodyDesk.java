package org.climaterescue.dispatcher.assignment;

import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.climaterescue.db.Pipeline;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.ledger.Ledger;
import org.climaterescue.db.ledger.TaskChanges;
import org.climaterescue.db.ledger.TaskFacts;
import org.climaterescue.dispatcher.bell.WorkBell;
import org.climaterescue.dispatcher.service.InstanceId;
import org.climaterescue.dispatcher.settings.Settings;
import org.jspecify.annotations.Nullable;

/** Runs transitions of many tasks in one transaction, under the tasks' locks. */
@Singleton
public final class CustodyDesk {

    private final Transactions transactions;
    private final Ledger ledger;
    private final WorkBell bell;
    private final RetryPolicy retries;
    private final CustodyMeters meters;
    private final String instance;
    private final RandomGenerator chance = RandomGenerator.getDefault();

    CustodyDesk(
            Transactions transactions,
            Ledger ledger,
            WorkBell bell,
            InstanceId instance,
            CustodyMeters meters,
            Settings settings) {
        this.transactions = transactions;
        this.ledger = ledger;
        this.bell = bell;
        this.instance = instance.value();
        this.meters = meters;
        this.retries = new RetryPolicy(
                settings.retries().maxAttempts(), settings.retries().base());
    }

    /**
     * Applies orders in their order and answers each after the commit.
     *
     * @throws org.climaterescue.db.StorageFailure when the database refuses or is away; nothing has changed then
     */
    public <R> List<R> carryOut(List<? extends Order<R>> orders) {
        Result<R> result = transactions.in(connection -> {
            var first = Pipeline.on(connection);
            first.keepPlans();
            return apply(first, connection, orders);
        });
        meters.count(result.changes());
        if (result.wakes()) {
            bell.ring();
        }
        return result.answers();
    }

    /** Applies one order. */
    public <R> R carryOut(Order<R> order) {
        return carryOut(List.of(order)).getFirst();
    }

    /**
     * Applies orders in a transaction that is open already; whoever commits it rings the bell. The meters count them at once, also when
     * that transaction is run again or rolled back, which is rare.
     */
    public <R> List<R> carryOut(Connection connection, List<? extends Order<R>> orders) throws SQLException {
        if (orders.isEmpty()) {
            return List.of();
        }
        Result<R> result = apply(Pipeline.on(connection), connection, orders);
        meters.count(result.changes());
        return result.answers();
    }

    /** The first reads go along with what {@code first} holds already. */
    private <R> Result<R> apply(Pipeline first, Connection connection, List<? extends Order<R>> orders)
            throws SQLException {
        Set<Long> tasks = new LinkedHashSet<>();
        Set<Integer> holders = new LinkedHashSet<>();
        for (Order<R> order : orders) {
            tasks.add(order.taskId());
            if (order.holder() != Order.NOBODY) {
                holders.add(order.holder());
            }
        }
        Map<Long, TaskFacts> facts = ledger.lock(first, tasks, holders);
        Map<Long, Ledger.Ended> ended = ended(connection, orders, facts);
        Map<Long, Custody> custody = new HashMap<>();
        facts.forEach((task, known) -> custody.put(task, new Custody(known, retries, chance, instance)));
        List<R> answers = new ArrayList<>();
        for (Order<R> order : orders) {
            Custody task = custody.get(order.taskId());
            if (task == null) {
                answers.add(order.onNothing());
            } else if (order.prepare(connection, task)) {
                answers.add(order.on(task, ended.get(order.token())));
            } else {
                answers.add(order.onRefused(connection, task));
            }
        }
        List<TaskChanges> changes =
                custody.values().stream().map(Custody::changes).toList();
        ledger.write(connection, changes);
        return new Result<>(answers, changes);
    }

    private <R> Map<Long, Ledger.Ended> ended(
            Connection connection, List<? extends Order<R>> orders, Map<Long, TaskFacts> facts) throws SQLException {
        Set<Long> tasks = new LinkedHashSet<>();
        Set<Long> tokens = new LinkedHashSet<>();
        for (Order<R> order : orders) {
            TaskFacts known = facts.get(order.taskId());
            if (known != null
                    && order.token() != Order.NO_TOKEN
                    && known.leases().stream().noneMatch(lease -> lease.token() == order.token())) {
                tasks.add(order.taskId());
                tokens.add(order.token());
            }
        }
        return tokens.isEmpty()
                ? Map.of()
                : ledger.ended(
                        connection,
                        tasks.stream().mapToLong(Long::longValue).toArray(),
                        tokens.stream().mapToLong(Long::longValue).toArray());
    }

    private record Result<R>(List<R> answers, List<TaskChanges> changes) {

        boolean wakes() {
            return changes.stream().anyMatch(TaskChanges::letsSomebodyTakeMore);
        }
    }

    /** One transition of one task. It may be run again when the transaction lost a deadlock. */
    public interface Order<R> {

        /** The token of an order that is about no assignment. */
        long NO_TOKEN = 0;

        /** The node of an order that brings no copy. */
        int NOBODY = 0;

        /** The task that it is about. */
        long taskId();

        /** The assignment that it is about, or {@link #NO_TOKEN}. */
        default long token() {
            return NO_TOKEN;
        }

        /** The node whose copy it brings, or {@link #NOBODY}. */
        default int holder() {
            return NOBODY;
        }

        /** Does what must be done in the database before the decision; false refuses the order. */
        default boolean prepare(Connection connection, Custody task) throws SQLException {
            return true;
        }

        /** The answer when {@link #prepare} refused. */
        default R onRefused(Connection connection, Custody task) throws SQLException {
            throw new IllegalStateException("this order is never refused");
        }

        /** Decides. */
        R on(Custody task, Ledger.@Nullable Ended past);

        /** The answer when there is no such task. */
        R onNothing();

        /** The same order with another form of its answer. */
        default <S> Order<S> then(Function<R, S> form) {
            Order<R> order = this;
            return new Order<>() {
                @Override
                public long taskId() {
                    return order.taskId();
                }

                @Override
                public long token() {
                    return order.token();
                }

                @Override
                public int holder() {
                    return order.holder();
                }

                @Override
                public boolean prepare(Connection connection, Custody task) throws SQLException {
                    return order.prepare(connection, task);
                }

                @Override
                public S onRefused(Connection connection, Custody task) throws SQLException {
                    return form.apply(order.onRefused(connection, task));
                }

                @Override
                public S on(Custody task, Ledger.@Nullable Ended past) {
                    return form.apply(order.on(task, past));
                }

                @Override
                public S onNothing() {
                    return form.apply(order.onNothing());
                }
            };
        }
    }
}
