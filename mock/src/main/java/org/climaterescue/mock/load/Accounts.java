package org.climaterescue.mock.load;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;

/** What was given to whom and what came of it, as the nodes saw it. Thread-safe. */
final class Accounts {

    private enum Rule {
        GIVEN_ONCE("No lease was given out twice."),
        NOT_TO_ITS_HOLDER("No node was given a task that it held or worked on."),
        WITHIN_SLOTS("No node was given more than its slots."),
        WITHIN_CAPACITY("No node was given more bytes than it offered."),
        NOT_TOO_MANY("No task got more copies than it wanted.");

        private final String words;

        Rule(String words) {
            this.words = words;
        }
    }

    private static final class Count {
        private final LongAdder violations = new LongAdder();
        private volatile String example = "";
    }

    private final int nodes;
    private final int copiesTarget;
    private final Map<Rule, Count> broken = new EnumMap<>(Rule.class);
    private final Set<String> leases = ConcurrentHashMap.newKeySet();
    /** Which node has to do with which task: by task and node, for there are few pairs of the many that could be. */
    private final Set<Long> involved = ConcurrentHashMap.newKeySet();

    private final AtomicIntegerArray copies;
    private final AtomicIntegerArray rescued;
    private final AtomicIntegerArray over;
    private final AtomicIntegerArray copiesOfNode;
    private final ConcurrentMap<Integer, Boolean> orphans = new ConcurrentHashMap<>();
    private final ConcurrentMap<Integer, Instant> retries = new ConcurrentHashMap<>();
    private final LongAdder failures = new LongAdder();
    private final LongAdder stopped = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder orphaned = new LongAdder();
    private final CountDownLatch unfinished;

    Accounts(int tasks, int nodes, int copiesTarget) {
        this.nodes = nodes;
        this.copiesTarget = copiesTarget;
        this.copies = new AtomicIntegerArray(tasks);
        this.rescued = new AtomicIntegerArray(tasks);
        this.over = new AtomicIntegerArray(tasks);
        this.copiesOfNode = new AtomicIntegerArray(nodes);
        this.unfinished = new CountDownLatch(tasks);
        for (Rule rule : Rule.values()) {
            broken.put(rule, new Count());
        }
    }

    /** Open until every task has all its copies. */
    CountDownLatch unfinished() {
        return unfinished;
    }

    /** A node was given a lease and has so many now. */
    void given(int task, int node, String lease, int held, int slots, boolean fits) {
        check(Rule.GIVEN_ONCE, leases.add(lease), lease);
        check(Rule.NOT_TO_ITS_HOLDER, involved.add(pair(task, node)), lease);
        check(Rule.WITHIN_SLOTS, held <= slots, lease);
        check(Rule.WITHIN_CAPACITY, fits, lease);
    }

    void completed(int task, int node, String lease, Completion.Result result) {
        copiesOfNode.incrementAndGet(node);
        check(Rule.NOT_TOO_MANY, copies.incrementAndGet(task) <= copiesTarget || result.late(), lease);
        if (result.taskStatus() == TaskStatus.RESCUED) {
            rescued.set(task, 1);
        }
        // Answers come in any order: the one that tells of the rescue may be heard before that of an earlier copy.
        if (rescued.get(task) == 1 && copies.get(task) >= copiesTarget && over.compareAndSet(task, 0, 1)) {
            unfinished.countDown();
        }
        orphans.computeIfPresent(task, (number, handedOn) -> true);
    }

    /**
     * A download failed.
     *
     * @param retryAt when the task is given out again; null when that is at once
     */
    void failed(int task, int node, @Nullable Instant retryAt) {
        failures.increment();
        if (retryAt != null) {
            retries.put(task, retryAt);
        }
        involved.remove(pair(task, node));
    }

    /** The dispatcher told a node to stop. */
    void stopped(int task, int node) {
        stopped.increment();
        involved.remove(pair(task, node));
    }

    /** A report came too late for a lease that had ended. */
    void refused(int task, int node) {
        refused.increment();
        involved.remove(pair(task, node));
    }

    /** A node fell silent with a lease in its hands. */
    void orphaned(int task) {
        orphaned.increment();
        orphans.putIfAbsent(task, false);
    }

    /** All laws; {@code unrescued} is how many tasks the dispatcher does not list as rescued in the end. */
    List<Law> laws(long unrescued) {
        List<Law> laws = new ArrayList<>();
        laws.add(new Law("Every task is rescued in the end, by the dispatcher's own list.", unrescued, ""));
        broken.forEach((rule, count) -> laws.add(new Law(rule.words, count.violations.sum(), count.example)));
        return laws;
    }

    /** What is waited for, by the clock here: the dispatcher's may be another, which matters to no law. */
    Waiting waiting(Instant now) {
        retries.values().removeIf(at -> !at.isAfter(now));
        return new Waiting(
                unfinished.getCount(),
                retries.size(),
                retries.values().stream()
                        .min(Comparator.naturalOrder())
                        .map(at -> Duration.between(now, at))
                        .orElse(null),
                orphans.values().stream().filter(handedOn -> !handedOn).count());
    }

    long failures() {
        return failures.sum();
    }

    long stopped() {
        return stopped.sum();
    }

    long refused() {
        return refused.sum();
    }

    long orphaned() {
        return orphaned.sum();
    }

    /** Tasks of silent nodes of which another node has made a copy since. */
    long handedOn() {
        return orphans.values().stream().filter(handedOn -> handedOn).count();
    }

    int copiesOf(int node) {
        return copiesOfNode.get(node);
    }

    private void check(Rule rule, boolean kept, String example) {
        if (!kept) {
            Count count = Objects.requireNonNull(broken.get(rule));
            count.violations.increment();
            count.example = example;
        }
    }

    private long pair(int task, int node) {
        return (long) task * nodes + node;
    }
}
