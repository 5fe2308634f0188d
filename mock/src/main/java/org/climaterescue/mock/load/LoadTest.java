package org.climaterescue.mock.load;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeWelcome;
import org.jspecify.annotations.Nullable;

/**
 * A load test against a dispatcher. Whatever it puts there is of its own: nodes whose ids begin with {@link #NODES}, tasks of hosts
 * that end with {@link Workload#HOSTS}. Closing it, at any moment and from any thread, stops it and takes away what is unfinished.
 */
public final class LoadTest implements AutoCloseable {

    /** What the ids of all load tests' nodes begin with. */
    public static final String NODES = "loadtest-";

    private static final int BATCH = 50;
    private static final long BYTES = 1000;
    private static final double CAPACITY_GB = 1000;
    private static final int CLEANERS = 32;
    private static final int JOINERS = 16;
    private static final Duration CLEANING = Duration.ofSeconds(8);
    private static final Duration LEFTOVERS = Duration.ofMinutes(10);
    private static final long TICK_MILLIS = 500;

    /** Hears how far it is. */
    public interface Watcher {

        /** A part of the run begins, which ends when {@code total} tasks are done. */
        void begins(String name, long total);

        /** How it went since the last time. */
        void passed(Timeline.Slice slice, long done);

        /** What a fleet waits for, each second. */
        default void waits(Waiting waiting) {}
    }

    /** The part of the work that is measured. */
    interface Work {
        void run(Timeline timeline) throws InterruptedException;
    }

    private final URI dispatcher;
    private final @Nullable String key;
    private final Watcher watcher;
    private final LoadClient client;
    private final String run = Long.toString(System.currentTimeMillis(), 36);
    private final Queue<String> nodes = new ConcurrentLinkedQueue<>();
    private final ExecutorService worker =
            Executors.newSingleThreadExecutor(Thread.ofVirtual().factory());
    private Cleanup.Outcome outcome = new Cleanup.Outcome(0, 0);
    private volatile boolean unfinished;
    private boolean closed;

    /**
     * Connects nothing yet.
     *
     * @param key the operator key; null sends none
     * @param connections the most calls at a time
     */
    public LoadTest(URI dispatcher, @Nullable String key, int connections, Watcher watcher) {
        this.dispatcher = dispatcher;
        this.key = key;
        this.watcher = watcher;
        this.client = new LoadClient(dispatcher, key, connections);
    }

    /** The calls so far. */
    public LoadClient client() {
        return client;
    }

    /**
     * Cancels what load tests before this one have left unfinished, since they were killed or lost their dispatcher.
     *
     * @return how many tasks
     */
    public int cancelLeftovers() throws InterruptedException {
        JsonNode tasks = client.call("GET", "/stats", null).as(JsonNode.class).path("tasks");
        if (Stream.of(Cleanup.OPEN)
                .allMatch(status -> tasks.path(status).path("count").asLong() == 0)) {
            return 0;
        }
        var cleanup = new Cleanup(client);
        List<List<String>> open = cleanup.open();
        long total = open.stream().mapToLong(List::size).sum();
        if (total == 0) {
            return 0;
        }
        Phase phase = measure(
                "cancelling leftovers", total, timeline -> cleanup.cancel(open, LEFTOVERS, () -> timeline.done(1)));
        return Math.toIntExact(phase.done());
    }

    /**
     * Drains tasks that want one copy, one a call, and as many again in batches.
     *
     * @param tasks how many each time, 1 and up
     * @param connections each of which is a node
     */
    public List<Phase> drain(int tasks, int connections) throws InterruptedException {
        List<NodeWelcome> joined = join(IntStream.range(0, connections)
                .mapToObj(n -> new NodeRegistration(nodeId(n), nodeId(n), null, null, CAPACITY_GB, null))
                .toList());
        List<Phase> phases = new ArrayList<>();
        for (int batch : new int[] {1, BATCH}) {
            Workload workload = submit(run + "b" + batch, tasks, 1, number -> BYTES);
            phases.add(measure(
                    batch == 1 ? "one task a call" : batch + " tasks a call",
                    tasks,
                    timeline -> new Drain(client, workload, batch, timeline).run(joined)));
        }
        unfinished = phases.stream().anyMatch(phase -> phase.done() < phase.tasks());
        return phases;
    }

    /** Rescues tasks by a simulated fleet, in as many copies as the dispatcher wants. */
    public FleetOutcome fleet(FleetPlan plan) throws InterruptedException {
        List<NodeWelcome> joined = join(IntStream.range(0, plan.nodes())
                .mapToObj(n -> new NodeRegistration(
                        nodeId(n), nodeId(n), plan.operator(n), plan.region(n), plan.capacityGb(n), plan.slots(n)))
                .toList());
        Workload workload = submit(run, plan.tasks(), null, plan::bytes);
        int copies = workload.copiesTarget(client);
        if (plan.nodes() - plan.silentNodes() < copies) {
            throw new LoadTestFailed(
                    "%d of the %d nodes fall silent, and the others cannot make the %d copies that this dispatcher wants of each task; take more nodes, or start it with a lower RESCUE_COPIES"
                            .formatted(plan.silentNodes(), plan.nodes(), copies));
        }
        var accounts = new Accounts(plan.tasks(), plan.nodes(), copies);
        var fleet = new Fleet(client, workload, plan, accounts, watcher::waits);
        Phase phase = measure("rescuing", (long) plan.tasks() * copies, timeline -> fleet.run(joined, timeline));
        Map<String, Long> standings = workload.standings(client);
        unfinished = standings.getOrDefault("rescued", 0L) < plan.tasks();
        return new FleetOutcome(
                phase,
                phase.secondsUntil(FleetOutcome.MOST),
                copies,
                accounts.failures(),
                fleet.silent(),
                accounts.orphaned(),
                accounts.handedOn(),
                accounts.stopped(),
                accounts.refused(),
                standings,
                accounts.laws(plan.tasks() - standings.getOrDefault("rescued", 0L)),
                IntStream.range(0, plan.nodes())
                        .mapToObj(n -> new FleetOutcome.Share(plan.slots(n), accounts.copiesOf(n)))
                        .toList());
    }

    String nodeId(int number) {
        return NODES + run + "-" + number;
    }

    List<NodeWelcome> join(List<NodeRegistration> introductions) throws InterruptedException {
        NodeWelcome[] joined = new NodeWelcome[introductions.size()];
        Parallel.run(
                JOINERS,
                IntStream.range(0, joined.length)
                        .<Parallel.Step>mapToObj(n -> () -> {
                            NodeRegistration node = introductions.get(n);
                            nodes.add(Objects.requireNonNull(node.nodeId()));
                            joined[n] = client.post("/nodes", node, null).as(NodeWelcome.class);
                        })
                        .toList());
        return List.of(joined);
    }

    Workload submit(String name, int tasks, @Nullable Integer copies, Workload.SizePlan sizes)
            throws InterruptedException {
        var workload = new Workload(name, tasks, copies, sizes);
        unfinished = true;
        measure("submitting", tasks, timeline -> workload.submit(client, timeline));
        return workload;
    }

    /** Runs a part, and tells how far it is twice a second until it ends. */
    Phase measure(String name, long tasks, Work work) throws InterruptedException {
        watcher.begins(name, tasks);
        long cpu = cpuNanos();
        var timeline = new Timeline();
        Future<Void> running = begin(work, timeline);
        while (!ended(running)) {
            watcher.passed(timeline.tick(), timeline.done());
        }
        watcher.passed(timeline.tick(), timeline.done());
        Parallel.rethrow(running);
        double seconds = timeline.seconds();
        return new Phase(
                name,
                tasks,
                timeline.done(),
                seconds,
                (double) timeline.done() / seconds,
                (double) (cpuNanos() - cpu) / TimeUnit.SECONDS.toNanos(1) / seconds,
                timeline.calls(),
                timeline.slices());
    }

    private Future<Void> begin(Work work, Timeline timeline) throws InterruptedException {
        try {
            return worker.submit(() -> {
                work.run(timeline);
                return null;
            });
        } catch (RejectedExecutionException closedMeanwhile) {
            throw stopped(closedMeanwhile);
        }
    }

    private static InterruptedException stopped(RejectedExecutionException cause) {
        var stopped = new InterruptedException("stopped");
        stopped.initCause(cause);
        return stopped;
    }

    private static boolean ended(Future<Void> running) throws InterruptedException {
        try {
            running.get(TICK_MILLIS, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException goesOn) {
            return false;
        } catch (ExecutionException failed) {
            return true;
        }
    }

    /** Unfinished tasks that closing has cancelled. */
    public synchronized int cancelled() {
        return outcome.cancelled();
    }

    /** Tasks that are still unfinished after closing, since there was no time for them. */
    public synchronized int left() {
        return outcome.left();
    }

    /** Stops, signs the nodes off and cancels what is unfinished, for some seconds at most. The first time does it. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        client.close();
        worker.shutdownNow();
        try (var cleaner = new LoadClient(dispatcher, key, CLEANERS)) {
            var cleanup = new Cleanup(cleaner);
            cleanup.signOff(nodes);
            if (unfinished) {
                outcome = cleanup.cancelAll(CLEANING);
            }
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private static long cpuNanos() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getProcessCpuTime();
    }
}
