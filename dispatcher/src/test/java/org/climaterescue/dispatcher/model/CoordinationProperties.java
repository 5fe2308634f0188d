package org.climaterescue.dispatcher.model;

import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import net.jqwik.api.state.Action;
import net.jqwik.api.state.ActionChain;
import net.jqwik.api.state.Transformer;
import net.jqwik.api.statistics.Statistics;
import org.jspecify.annotations.Nullable;

/**
 * Random interleavings of everything that nodes, operators and time do, against two dispatchers on one PostgreSQL and against a
 * model; after each action both must say the same.
 *
 * <p>More of it: {@code mvn test -Dtest=CoordinationProperties -Drescue.model.runs=1000 -Drescue.model.actions=80}. A run that
 * fails prints its actions with what came of them, and its seed; the seed given as {@code @Property(seed = "…")} repeats it
 * (with the same number of runs and actions). The next start of the test tries it first by itself.
 */
class CoordinationProperties {

    private static final int TRIES = 60;
    private static final int RUNS = Integer.getInteger("rescue.model.runs", TRIES);
    private static final int ACTIONS = Integer.getInteger("rescue.model.actions", 45);

    private static @Nullable Stage stage;

    @BeforeContainer
    static void start() {
        stage = new Stage();
    }

    @AfterContainer
    static void stop() {
        if (stage != null) {
            stage.close();
        }
    }

    @Property(tries = TRIES, shrinking = ShrinkingMode.BOUNDED)
    void dispatchersDoWhatTheContractSays(@ForAll("runs") List<ActionChain<Fleet>> runs) {
        for (ActionChain<Fleet> run : runs) {
            Fleet fleet = run.run();
            fleet.compareAll();
            Statistics.label("a node was doubtful in the end").collect(fleet.anyDoubtful());
        }
    }

    @Provide
    Arbitrary<List<ActionChain<Fleet>>> runs() {
        return chain().list().ofSize(Math.max(1, RUNS / TRIES));
    }

    private static Arbitrary<ActionChain<Fleet>> chain() {
        return ActionChain.<Fleet>startWith(() -> new Fleet(Objects.requireNonNull(stage, "not started")))
                .withAction(9, action("a task", submissions()))
                .withAction(
                        1,
                        action(
                                "the same URL",
                                some((fleet, i) -> fleet.operators().resubmit(i))))
                .withAction(12, action("dispatch", dispatches()))
                .withAction(9, action("dispatch and complete", work()))
                .withAction(
                        7,
                        action("complete", some((fleet, i) -> fleet.volunteers().completeOne(i, i % 5 == 0))))
                .withAction(
                        5,
                        action(
                                "complete what has ended",
                                some((fleet, i) -> fleet.volunteers().completeEnded(i, i % 4 == 0))))
                .withAction(8, action("fail", failures()))
                .withAction(
                        2,
                        action(
                                "fail what has ended",
                                some((fleet, i) -> fleet.volunteers().failEnded(i))))
                .withAction(
                        2,
                        action("release", some((fleet, i) -> fleet.volunteers().release(i))))
                .withAction(
                        1,
                        action(
                                "release what has ended",
                                some((fleet, i) -> fleet.volunteers().releaseEnded(i))))
                .withAction(2, action("report in another's name", intrusions()))
                .withAction(9, action("heartbeat", beats()))
                .withAction(
                        2,
                        action(
                                "another operator",
                                some((fleet, i) -> fleet.volunteers().rejoin(i % 5, operator(i)))))
                .withAction(
                        1, action("drain", some((fleet, i) -> fleet.volunteers().drain(i % 5))))
                .withAction(
                        1,
                        action("resume", some((fleet, i) -> fleet.volunteers().resume(i % 5))))
                .withAction(
                        2,
                        action("sign off", some((fleet, i) -> fleet.volunteers().leave(i % 5, i % 2 == 0))))
                .withAction(
                        3, action("cancel", some((fleet, i) -> fleet.operators().cancel(i))))
                .withAction(
                        5, action("retry", some((fleet, i) -> fleet.operators().retry(i, i % 4 == 0))))
                .withAction(
                        2,
                        action("priority", some((fleet, i) -> fleet.operators().prioritize(i, 1 + i % 10))))
                .withAction(
                        3,
                        action(
                                "a copy is lost",
                                some((fleet, i) -> fleet.operators().loseCopy(i, i / 7))))
                .withAction(
                        2,
                        action(
                                "steer a host",
                                some((fleet, i) -> fleet.operators().steer(i % 3, i / 3 % 6))))
                .withAction(9, action("time", times()))
                .withAction(3, action("sweep", some((fleet, i) -> fleet.sweep())))
                .withAction(2, action("a liar's past", some((fleet, i) -> fleet.pastOfLies())))
                .withAction(
                        2,
                        action(
                                "a heartbeat after a while",
                                some((fleet, i) -> fleet.volunteers().returnAfter(200, i % 5))))
                .withAction(
                        2,
                        action(
                                "no byte for long",
                                some((fleet, i) -> fleet.volunteers().stall(i % 5))))
                .withAction(
                        2,
                        action(
                                "both reported",
                                some((fleet, i) -> fleet.volunteers().reportBoth(i, i % 4 == 0))))
                .withAction(
                        2,
                        action(
                                "overtaken",
                                some((fleet, i) -> fleet.volunteers().overtake(i))))
                .withAction(
                        1,
                        action(
                                "a full disk",
                                some((fleet, i) -> fleet.volunteers().fillDisk(i, i % 2 == 0 ? null : 3_000_000_000L))))
                .withAction(2, action("a file of unknown size", explorations()))
                .withAction(1, action("restart", rarely()))
                .withMaxTransformations(ACTIONS);
    }

    private static Action.Independent<Fleet> action(String what, Arbitrary<Doing> doings) {
        Arbitrary<Integer> via = Arbitraries.integers().between(0, 1);
        return new Action.Independent<>() {
            @Override
            public Arbitrary<Transformer<Fleet>> transformer() {
                return Combinators.combine(via, doings)
                        .as((dispatcher, doing) -> Transformer.mutate(
                                what, fleet -> fleet.act(dispatcher, what, () -> doing.accept(fleet))));
            }
        };
    }

    private static Arbitrary<Doing> some(BiConsumer<Fleet, Integer> doing) {
        return Arbitraries.integers().between(0, 999).map(i -> fleet -> doing.accept(fleet, i));
    }

    private static Arbitrary<Doing> submissions() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(1_000_000L, 1_000_000L, 2_000_000L).injectNull(0.2),
                        Arbitraries.of(1, 2, 2, 3, 3),
                        Arbitraries.of(3, 5, 5, 9),
                        Arbitraries.of(true, false, false, false, false))
                .as((host, size, copies, priority, digest) ->
                        fleet -> fleet.operators().submit(host, size, copies, priority, digest));
    }

    private static Arbitrary<Doing> dispatches() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(0L, 2_000_000L, 4_000_000L, 2_000_000_000L, 10_000_000_000L, 10_000_000_000L),
                        Arbitraries.of(1, 1, 2, 5),
                        Arbitraries.of(true, false, false, false))
                .as((node, capacity, atMost, urgent) ->
                        fleet -> fleet.volunteers().dispatch(node, capacity, atMost, urgent));
    }

    /** Node 0 likes to lie. */
    private static Arbitrary<Doing> work() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.integers().between(0, 9))
                .as((node, lie) -> fleet -> fleet.volunteers().work(node, node == 0 ? lie < 8 : lie == 0));
    }

    private static Arbitrary<Doing> failures() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 999),
                        Arbitraries.of(
                                "gone",
                                "gone",
                                "forbidden",
                                "dynamic_page",
                                "origin_busy",
                                "origin_busy",
                                "origin_error",
                                "network",
                                "network",
                                "timeout",
                                "too_large",
                                "disk_full",
                                "disk_full",
                                "shutdown",
                                "blocked_address",
                                "other"),
                        Arbitraries.of(300, 300, 40, 40, 100_000).injectNull(0.6),
                        sizes())
                .as((which, reason, retryAfter, size) ->
                        fleet -> fleet.volunteers().fail(which, reason, retryAfter, size));
    }

    /** What an origin says that a file has. */
    private static Arbitrary<@Nullable Long> sizes() {
        return Arbitraries.of(0L, 1000L, 3_000_000L, ModelFleet.UNKNOWN_SIZE, 3_000_000_000L)
                .injectNull(0.6);
    }

    private static Arbitrary<Doing> explorations() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(4_000_000L, 500_000_000L, 1_500_000_000L),
                        Arbitraries.of(1000L, 3_000_000L, 3_000_000_000L))
                .as((node, capacity, size) -> fleet -> fleet.volunteers().explore(node, capacity, size));
    }

    private static Arbitrary<Doing> intrusions() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 999),
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of("complete", "fail", "release"))
                .as((which, as, verb) -> fleet -> fleet.volunteers().intrude(which, as, verb));
    }

    private static Arbitrary<Doing> beats() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 4),
                        Arbitraries.of(0, 7, 7, 7, 1, 2),
                        Arbitraries.of(true, false),
                        Arbitraries.integers().between(0, 999),
                        sizes())
                .as((node, some, progress, ended, size) ->
                        fleet -> fleet.volunteers().beat(node, some, progress, ended, size));
    }

    private static @Nullable String operator(int i) {
        String[] operators = {"anna", "bert", "carl", "dora"};
        return i / 5 % 5 == 4 ? null : operators[i / 5 % 5];
    }

    private static Arbitrary<Doing> times() {
        return Combinators.combine(
                        Arbitraries.of(5L, 32L, 32L, 65L, 95L, 95L, 125L, 400L, 10_000L), Arbitraries.of(true, false))
                .as((seconds, swept) -> fleet -> fleet.pass(seconds, swept));
    }

    /** It takes a second or two. */
    private static Arbitrary<Doing> rarely() {
        return Arbitraries.integers().between(0, 7).map(i -> fleet -> {
            if (i == 7) {
                fleet.restart();
            }
        });
    }

    /** What is done to both. */
    private interface Doing {
        void accept(Fleet fleet);
    }
}
