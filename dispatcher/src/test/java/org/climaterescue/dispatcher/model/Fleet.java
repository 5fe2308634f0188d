package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.climaterescue.dispatcher.TestDispatcher;
import org.jspecify.annotations.Nullable;

/** Does everything twice, to the dispatchers and to the model, and compares. Each action goes to either dispatcher. */
final class Fleet {

    private static final AtomicInteger COUNT = new AtomicInteger();
    private static final long LONGEST_UNNOTED_DRIFT = TimeUnit.SECONDS.toNanos(3);
    private static final long NOTED_WITHIN = TimeUnit.SECONDS.toNanos(2);

    private final Stage stage;
    private final ModelFleet model = new ModelFleet();
    private final int run = COUNT.incrementAndGet();
    private final List<String> journal = new ArrayList<>();
    private final Map<ModelNode, Report> reported = new HashMap<>();
    private final Volunteers volunteers = new Volunteers(this);
    private final Operators operators = new Operators(this);
    private long inStepAt = System.nanoTime();
    private int via;

    /** Five nodes of three operators, one that names none, and three hosts. */
    Fleet(Stage stage) {
        this.stage = stage;
        stage.clear();
        volunteers.member("n0-" + run, "anna", "north", null);
        volunteers.member("n1-" + run, "anna", null, 2);
        volunteers.member("n2-" + run, "bert", "north", null);
        volunteers.member("n3-" + run, "carl", null, 1);
        volunteers.member("n4-" + run, null, null, null);
        for (int i = 0; i < 3; i++) {
            model.hosts.add(new ModelHost("h" + i + "-" + run + ".example.org"));
        }
        for (int i = 0; i < 4; i++) {
            operators.submit(i % 3, 1_000_000L, 1 + i % 3, 5, false);
        }
    }

    ModelFleet model() {
        return model;
    }

    Volunteers volunteers() {
        return volunteers;
    }

    Operators operators() {
        return operators;
    }

    /** A node reports something, which counts as hearing from it. */
    void hears(ModelNode node) {
        reported.put(node, new Report(model.now(), System.nanoTime()));
        node.heardTo = model.now();
    }

    /** One action: through either dispatcher, in step with the clock, and compared afterwards. */
    void act(int dispatcher, String what, Runnable action) {
        via = dispatcher;
        journal.add(what + " (by dispatcher " + dispatcher + ")");
        try {
            keepStep();
            action.run();
            model.touched().forEach(this::compare);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "after these actions: " + e.getMessage() + "\n  " + String.join("\n  ", journal) + "\n", e);
        }
    }

    /** What really took long is noted, and moments at which something changes by itself are stepped over. */
    private void keepStep() {
        reported.forEach((node, report) -> {
            if (report.noted()) {
                node.heardFrom = Math.max(node.heardFrom, report.at);
            }
        });
        long drift = System.nanoTime() - inStepAt;
        if (drift > LONGEST_UNNOTED_DRIFT) {
            inStepAt += drift;
            model.pass(TimeUnit.NANOSECONDS.toSeconds(drift));
        }
        long calm = model.nextCalm();
        if (calm > model.now()) {
            advance(calm - model.now());
        }
    }

    private void advance(long seconds) {
        stage.advance(seconds);
        model.pass(seconds);
        // Who was heard of is noted a moment later, perhaps after the jump.
        reported.forEach((node, report) -> {
            if (!report.noted()) {
                node.heardTo = model.now();
            }
        });
        say("%s s pass".formatted(seconds));
    }

    /** Notes what came of an action, for whoever reads of a failure. */
    void say(String what) {
        journal.add("  " + what);
    }

    /** The one that is asked in this action. */
    TestDispatcher dispatcher() {
        return stage.dispatcher(via);
    }

    static <T> @Nullable T pick(List<T> things, int which) {
        return things.isEmpty() ? null : things.get(which % things.size());
    }

    void pass(long seconds, boolean swept) {
        advance(seconds);
        keepStep();
        if (swept) {
            sweep();
        }
    }

    void sweep() {
        stage.sweep(via);
        model.sweep();
    }

    void restart() {
        stage.restart(via);
        sweep();
    }

    /** Node 0 lies about three files, and two others that do not know each other tell the truth. */
    void pastOfLies() {
        for (int i = 0; i < 3; i++) {
            operators.submit(i, 1_000_000L, 2, 10, false);
        }
        for (int which : new int[] {0, 2, 4}) {
            volunteers.work(which, which == 0);
        }
    }

    /** Everything, at the end of a run; and the state of record keeps its laws. */
    void compareAll() {
        act(via, "at the end", () -> {
            new Comparison(model, dispatcher()).all();
            assertThat(dispatcher().brokenLaws()).as("broken invariants").isEmpty();
        });
    }

    void compare(ModelTask task) {
        new Comparison(model, dispatcher()).of(task);
    }

    /** What happened, for whoever wants to know how far the runs reach. */
    boolean anyDoubtful() {
        return model.nodes.stream().anyMatch(model::doubtful);
    }

    /** When a node reported something: that it was heard of is noted a moment later. */
    private record Report(long at, long really) {
        boolean noted() {
            return System.nanoTime() - really > NOTED_WITHIN;
        }
    }
}
