package org.climaterescue.mock.load;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.climaterescue.protocol.NodeWelcome;
import org.jspecify.annotations.Nullable;

/** Simulated nodes that rescue a workload together. */
final class Fleet {

    /** Beyond what a lease lasts: a retry's first pauses, with their jitter. */
    private static final long STUCK_SECONDS = 240;

    private final LoadClient client;
    private final Workload workload;
    private final FleetPlan plan;
    private final Accounts accounts;
    private final Consumer<Waiting> watcher;
    private volatile Timeline timeline = new Timeline();
    private final List<SimulatedNode> nodes = new ArrayList<>();
    private final AtomicReference<@Nullable RuntimeException> failure = new AtomicReference<>();

    /**
     * A fleet that has not begun.
     *
     * @param watcher told each second what is waited for
     */
    Fleet(LoadClient client, Workload workload, FleetPlan plan, Accounts accounts, Consumer<Waiting> watcher) {
        this.client = client;
        this.workload = workload;
        this.plan = plan;
        this.accounts = accounts;
        this.watcher = watcher;
    }

    LoadClient client() {
        return client;
    }

    Workload workload() {
        return workload;
    }

    FleetPlan plan() {
        return plan;
    }

    Accounts accounts() {
        return accounts;
    }

    Timeline timeline() {
        return timeline;
    }

    /** Until every task has all its copies. Nodes that wait for more work then are broken off. */
    void run(List<NodeWelcome> welcomes, Timeline measured) throws InterruptedException {
        timeline = measured;
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (int i = 0; i < welcomes.size(); i++) {
                var node = new SimulatedNode(i, welcomes.get(i), this);
                nodes.add(node);
                threads.execute(() -> attempt(() -> node.work(threads)));
                threads.execute(() -> attempt(node::beat));
            }
            long stuck = STUCK_SECONDS + welcomes.getFirst().leaseSeconds();
            long lastDone = 0;
            long since = System.nanoTime();
            while (!accounts.unfinished().await(1, TimeUnit.SECONDS)) {
                RuntimeException wrong = failure.get();
                if (wrong != null) {
                    throw wrong;
                }
                watcher.accept(accounts.waiting(Instant.now()));
                if (timeline.done() > lastDone) {
                    lastDone = timeline.done();
                    since = System.nanoTime();
                } else if (System.nanoTime() - since > TimeUnit.SECONDS.toNanos(stuck)) {
                    throw new LoadTestFailed(
                            "no task has been done for %d s though %,d are unfinished; see GET %s/stats"
                                    .formatted(stuck, accounts.unfinished().getCount(), client.base()));
                }
            }
        } finally {
            threads.shutdownNow();
            threads.close();
        }
    }

    /** Nodes that have fallen silent. */
    long silent() {
        return nodes.stream().filter(SimulatedNode::isSilent).count();
    }

    /** Runs a part of a node's life; what goes wrong ends the run. */
    void attempt(Parallel.Step step) {
        try {
            step.run();
        } catch (InterruptedException over) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException wrong) {
            failure.compareAndSet(null, wrong);
        }
    }
}
