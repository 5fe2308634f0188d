package org.climaterescue.dispatcher.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Objects;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.climaterescue.dispatcher.model.Crowd.Deed;
import org.jspecify.annotations.Nullable;

/**
 * Many at once, at two dispatchers on one PostgreSQL: nothing is lost, nothing is done twice, and in the end every task is rescued,
 * failed or cancelled. What meets in a round is the seed's; how it interleaves is not, so a failure may need several runs to
 * come again: {@code -Drescue.model.rounds=200} gives it more chances.
 */
class RaceProperties {

    private static final int ROUNDS = Integer.getInteger("rescue.model.rounds", 4);

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

    @Property(tries = 10, shrinking = ShrinkingMode.OFF)
    void whateverMeetsNothingIsLostAndNothingIsDoneTwice(@ForAll("rounds") List<Round> rounds) {
        var crowd = new Crowd(Objects.requireNonNull(stage, "not started"));
        for (Round round : rounds) {
            crowd.atOnce(round.deeds());
            assertThat(crowd.violations()).as("broken laws after %s", round).isEmpty();
            crowd.pass(round.seconds());
        }
        crowd.finish();
        assertThat(crowd.violations()).isEmpty();
        assertThat(crowd.unfinished()).isEmpty();
    }

    @Provide
    Arbitrary<List<Round>> rounds() {
        Arbitrary<Deed> deeds = Combinators.combine(
                        Arbitraries.frequencyOf(
                                Tuple.of(6, Arbitraries.just("dispatch")),
                                Tuple.of(6, Arbitraries.just("complete")),
                                Tuple.of(2, Arbitraries.just("fail")),
                                Tuple.of(2, Arbitraries.just("beat")),
                                Tuple.of(4, Arbitraries.of("release", "cancel", "retry", "lose", "leave", "join")),
                                Tuple.of(3, Arbitraries.just("sweep"))),
                        Arbitraries.integers().between(0, 9999),
                        Arbitraries.integers().between(0, 1))
                .as(Deed::new);
        return Combinators.combine(deeds.list().ofMinSize(15).ofMaxSize(40), Arbitraries.of(0L, 0L, 31L, 125L, 200L))
                .as(Round::new)
                .list()
                .ofSize(ROUNDS);
    }

    /** What is done at once, and how long nothing happens then. */
    record Round(List<Deed> deeds, long seconds) {}
}
