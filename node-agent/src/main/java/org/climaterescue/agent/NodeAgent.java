package org.climaterescue.agent;

import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import org.climaterescue.agent.fetch.Fetcher;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.agent.link.DispatcherClient;
import org.climaterescue.agent.store.Space;
import org.climaterescue.agent.store.Store;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.Causes;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running node. Several may run in one process, each in a directory of its own.
 *
 * <pre>{@code
 * try (NodeAgent agent = NodeAgent.start(config, listener)) {
 *     agent.awaitEnd();
 * }
 * }</pre>
 */
public final class NodeAgent implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(NodeAgent.class);

    /** Calls besides those of the jobs: the poll, the heartbeat, a registration, the farewell. */
    private static final int OTHER_CALLS = 4;

    private static final Duration TIDY_EVERY = Duration.ofHours(6);

    /** A piece of the agent's work, on a thread of its own. */
    private interface Work {
        void run() throws InterruptedException, AgentException, IOException;
    }

    private final AgentConfig config;
    private final Tuning tuning;
    private final AgentListener listener;
    private final Store store;
    private final DispatcherClient client;
    private final Fetcher fetcher;
    private final Rescuer rescuer;
    private final Session session;
    private final Connectivity connectivity;
    private final Jobs jobs = new Jobs();
    private final Heartbeats heartbeats;
    private final Semaphore slots;
    private final Map<Job, Thread> jobThreads = new ConcurrentHashMap<>();

    private final Thread working;

    /** Those of the heartbeats and the tidying. */
    private final Queue<Thread> sideThreads = new ConcurrentLinkedQueue<>();

    /** No new work, no new bytes. */
    private final StopSignal closing = new StopSignal();

    /** The leases are given back; nothing more is said but goodbye. */
    private final StopSignal ended = new StopSignal();

    private final AtomicBoolean closed = new AtomicBoolean();
    private final CountDownLatch gone = new CountDownLatch(1);
    private volatile @Nullable AgentException failure;

    private NodeAgent(AgentConfig config, AgentListener listener, Tuning tuning, Store store) {
        this.config = config;
        this.tuning = tuning;
        this.listener = listener;
        this.store = store;
        Space space = new Space(store, config.capacityBytes());
        this.client = new DispatcherClient(config.dispatcher(), config.slots() + OTHER_CALLS);
        this.fetcher = new Fetcher(tuning.fetch(), config.allowPrivate(), config.slots());
        this.rescuer = new Rescuer(store, space, fetcher);
        this.session = new Session(config, client, store, space, listener, tuning, closing);
        this.connectivity = new Connectivity(tuning.offline());
        this.heartbeats = new Heartbeats(session, client, jobs, ended);
        this.slots = new Semaphore(config.slots());
        this.working = Thread.ofVirtual().name("rescue-work").unstarted(() -> guarded(this::work));
    }

    /**
     * Starts an agent. It registers, asks for work and works on its own threads; a dispatcher that is away is waited for.
     *
     * @throws AgentException when its directory cannot be used, or another agent works in it
     */
    public static NodeAgent start(AgentConfig config, AgentListener listener) throws AgentException {
        return start(config, listener, Tuning.DEFAULT);
    }

    static NodeAgent start(AgentConfig config, AgentListener listener, Tuning tuning) throws AgentException {
        Store store;
        try {
            store = Store.open(config.directory(), InstantSource.system());
        } catch (IOException unusable) {
            throw new AgentException(
                    "the directory " + config.directory() + " cannot be used: " + Causes.words(unusable), unusable);
        }
        NodeAgent agent = new NodeAgent(config, listener, tuning, store);
        agent.working.start();
        return agent;
    }

    /** The node's id; empty until it has registered in this run. */
    public Optional<String> nodeId() {
        return Optional.ofNullable(session.membership())
                .map(joined -> joined.identity().nodeId());
    }

    /**
     * Waits until the agent has ended.
     *
     * @throws AgentException when it ended because it could not work, for example because the dispatcher refused the node
     */
    public void awaitEnd() throws AgentException, InterruptedException {
        gone.await();
        AgentException reason = failure;
        if (reason != null) {
            throw reason;
        }
    }

    /**
     * Stops the downloads, gives the leases back, signs off and lets go of the directory. What was downloaded stays, and
     * half-finished downloads are taken up by the next start. Takes a few seconds at most, also when the dispatcher is away.
     */
    @Override
    public void close() {
        shutDown(null);
        try {
            gone.await();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    private void work() throws InterruptedException, AgentException, IOException {
        if (session.join(null) == null) {
            return;
        }
        spawn("rescue-heartbeat", heartbeats::run);
        spawn("rescue-tidy", this::tidy);
        new WorkLoop(session, client, config.priorityLevel(), tuning, closing, connectivity, slots, this::begin).run();
    }

    private void tidy() throws InterruptedException, IOException {
        while (!closing.pause(TIDY_EVERY)) {
            store.dropOldPartials();
        }
    }

    private void begin(AssignedTask task) {
        Job job = new Job(task, rescuer, session, client, listener, connectivity, ended, heartbeats::sizeLearned);
        if (!jobs.add(job)) {
            LOG.warn("The dispatcher gave assignment {} twice", task.assignmentId());
            slots.release();
            return;
        }
        Thread thread = Thread.ofVirtual()
                .name("rescue-" + task.assignmentId())
                .unstarted(() -> guarded(() -> {
                    try {
                        job.run();
                    } finally {
                        jobs.remove(job);
                        jobThreads.remove(job);
                        slots.release();
                    }
                }));
        jobThreads.put(job, thread);
        if (closing.isStopped()) {
            job.stop(Job.CLOSING);
        }
        thread.start();
    }

    private void spawn(String name, Work work) {
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> guarded(work));
        sideThreads.add(thread);
        thread.start();
    }

    /** Runs a piece of the work; what makes it impossible ends the whole agent. */
    private void guarded(Work work) {
        try {
            work.run();
        } catch (AgentException impossible) {
            shutDown(impossible);
        } catch (IOException disk) {
            shutDown(new AgentException(
                    "the directory " + config.directory() + " cannot be used: " + Causes.words(disk), disk));
        } catch (InterruptedException unexpected) {
            Thread.currentThread().interrupt();
            shutDown(new AgentException("the agent was interrupted", unexpected));
        } catch (RuntimeException defect) {
            LOG.error("A defect in the agent", defect);
            shutDown(new AgentException("the agent broke down: " + defect, defect));
        }
    }

    /** Ends the agent, on a thread of its own so that no caller's interrupt cuts the farewell short. */
    private void shutDown(@Nullable AgentException reason) {
        if (closed.compareAndSet(false, true)) {
            failure = reason;
            Thread.ofVirtual().name("rescue-farewell").start(() -> {
                try {
                    farewell();
                } finally {
                    gone.countDown();
                }
            });
        }
    }

    private void farewell() {
        closing.stop();
        jobs.stopAll(Job.CLOSING);
        slots.release();
        long deadline = System.nanoTime() + tuning.farewell().toNanos();
        // A registration that is answered now is still to be written down and to be signed off, and a job to be begun.
        joinUntil(working, deadline);
        jobThreads.values().forEach(thread -> joinUntil(thread, deadline));
        ended.stop();
        long end = System.nanoTime() + tuning.farewell().toNanos();
        sideThreads.forEach(thread -> joinUntil(thread, end));
        signOff();
        client.close();
        fetcher.close();
        try {
            store.close();
        } catch (IOException disk) {
            LOG.warn("Closing {} failed: {}", config.directory(), disk.toString());
        }
    }

    private void signOff() {
        Session.Membership as = session.membership();
        if (as == null) {
            return;
        }
        StopSignal enough = new StopSignal();
        Thread call =
                Thread.ofVirtual().start(() -> session.once(as, me -> client.signOff(me.nodeId(), me.token(), enough)));
        Duration patience = session.isLost() ? tuning.farewell().dividedBy(3) : tuning.farewell();
        joinUntil(call, System.nanoTime() + patience.toNanos());
        enough.stop();
    }

    private static void joinUntil(Thread thread, long deadline) {
        try {
            thread.join(Duration.ofNanos(Math.max(1, deadline - System.nanoTime())));
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }
}
