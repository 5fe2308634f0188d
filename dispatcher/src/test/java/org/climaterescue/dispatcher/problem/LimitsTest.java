package org.climaterescue.dispatcher.problem;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.validation.validator.Validator;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.climaterescue.dispatcher.intake.TaskRequest;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.Limited;
import org.climaterescue.protocol.Limits;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

/** What a request says of itself is what the validator says of its annotations. Most members are good, so that each decides at times. */
@NullUnmarked // What comes from outside may lack any member.
class LimitsTest {

    private static final Validator VALIDATOR = Validator.getInstance();

    @Property(tries = 3000)
    void requestsKnowTheirLimits(@ForAll("requests") Limited request) {
        assertThat(request.keepsLimits())
                .as("%s", request)
                .isEqualTo(VALIDATOR.validate(request).isEmpty());
    }

    @Test
    void aListIsOnlyAsLongAsItMayBe() {
        var item = new Completion.Item("a.b", "0".repeat(64), 0L, null, null, null, null);
        for (int length : List.of(0, 1, Limits.MAX_REPORTS_PER_CALL, Limits.MAX_REPORTS_PER_CALL + 1)) {
            requestsKnowTheirLimits(new Completion.Bulk(
                    "n", IntStream.range(0, length).mapToObj(i -> item).toList()));
        }
    }

    @Test
    void anUnusualNodeIdIsLeftToTheValidator() {
        var request = new DispatchRequest("Rettungsschiff-Ü", 1.0, null, null, null);
        assertThat(request.keepsLimits()).isFalse();
        assertThat(VALIDATOR.validate(request)).isEmpty();
    }

    @Provide
    Arbitrary<Limited> requests() {
        return Arbitraries.oneOf(
                Combinators.combine(
                                textOrNull(256),
                                textOrNull(Limits.URL_LENGTH),
                                textOrNull(TaskRequest.LONGEST_TEXT),
                                textOrNull(TaskRequest.LONGEST_TEXT),
                                numbers(0, Long.MAX_VALUE),
                                digests(),
                                small(1, 10),
                                small(1, 100))
                        .as((id, url, name, dataset, size, sha256, priority, copies) ->
                                new TaskRequest(id, url, name, dataset, name, size, sha256, priority, copies, null)),
                Combinators.combine(
                                nodeIds(),
                                gigabytes(),
                                small(1, Limits.MAX_TASKS_PER_CALL),
                                small(0, Limits.MAX_WAIT_SECONDS))
                        .as((node, capacity, most, wait) -> new DispatchRequest(node, capacity, null, most, wait)),
                items().flatMap(item -> nodeIds().map(item::by)),
                Combinators.combine(
                                nodeIds(),
                                items().injectNull(0.1).list().ofMaxSize(3).injectNull(0.1))
                        .as(Completion.Bulk::new),
                Combinators.combine(
                                gigabytes(),
                                Combinators.combine(textOrNull(64), numbers(0, Long.MAX_VALUE), numbers(0, 9))
                                        .as(Heartbeat.Progress::new)
                                        .injectNull(0.1)
                                        .list()
                                        .ofMaxSize(3)
                                        .injectNull(0.1))
                        .as(Heartbeat::new));
    }

    private static Arbitrary<Completion.Item> items() {
        return Combinators.combine(
                        textOrNull(64),
                        digests(),
                        numbers(0, Long.MAX_VALUE),
                        textOrNull(1024),
                        textOrNull(256),
                        textOrNull(256),
                        textOrNull(Limits.URL_LENGTH))
                .as(Completion.Item::new);
    }

    private static Arbitrary<String> textOrNull(int longest) {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.of(1, 2, longest)), Tuple.of(1, Arbitraries.of(0, longest + 1)))
                .map("ä"::repeat)
                .injectNull(0.1);
    }

    private static Arbitrary<String> nodeIds() {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.of("n", "node-1.x", "x".repeat(128))),
                        Tuple.of(
                                1,
                                Arbitraries.of(
                                        "", "a b", "a/b", "a?", "#a", "a\tb", "a\u0000", "\u007f", "x".repeat(129))))
                .injectNull(0.05);
    }

    private static Arbitrary<String> digests() {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.of("0".repeat(64), "aF9".repeat(21) + "e")),
                        Tuple.of(1, Arbitraries.of("", "0".repeat(63), "0".repeat(65), "g".repeat(64), "٣".repeat(64))))
                .injectNull(0.05);
    }

    private static Arbitrary<Double> gigabytes() {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.of(0.0, 0.5, 1e9)), Tuple.of(1, Arbitraries.of(-0.1, Math.nextUp(1e9))))
                .injectNull(0.05);
    }

    private static Arbitrary<Long> numbers(long least, long most) {
        return Arbitraries.frequencyOf(Tuple.of(8, Arbitraries.of(least, most)), Tuple.of(1, Arbitraries.of(least - 1)))
                .injectNull(0.1);
    }

    private static Arbitrary<Integer> small(int least, int most) {
        return Arbitraries.frequencyOf(
                        Tuple.of(8, Arbitraries.of(least, most)), Tuple.of(1, Arbitraries.of(least - 1, most + 1)))
                .injectNull(0.1);
    }
}
