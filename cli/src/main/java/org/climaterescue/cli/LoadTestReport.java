package org.climaterescue.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.climaterescue.mock.load.CallKind;
import org.climaterescue.mock.load.FleetOutcome;
import org.climaterescue.mock.load.Latency;
import org.climaterescue.mock.load.Law;
import org.climaterescue.mock.load.LoadTest;
import org.climaterescue.mock.load.Phase;
import org.jspecify.annotations.Nullable;

/**
 * What a load test came to.
 *
 * @param dispatcher its address
 * @param fleet what a fleet's run came to besides; null after a drain
 * @param throttled calls that were answered 429 and made again
 * @param unavailable calls that were answered 503 and made again
 * @param broken calls that found nobody, or whose connection broke, and that were made again
 */
record LoadTestReport(
        String dispatcher,
        Instant at,
        List<Phase> phases,
        @Nullable FleetOutcome fleet,
        long throttled,
        long unavailable,
        long broken) {

    /** Of a drain. */
    static LoadTestReport of(LoadTest test, List<Phase> phases) {
        return of(test, phases, null);
    }

    /** Of a fleet. */
    static LoadTestReport of(LoadTest test, FleetOutcome fleet) {
        return of(test, List.of(fleet.rescue()), fleet);
    }

    private static LoadTestReport of(LoadTest test, List<Phase> phases, @Nullable FleetOutcome fleet) {
        return new LoadTestReport(
                test.client().base().toString(),
                Instant.now().truncatedTo(ChronoUnit.SECONDS),
                phases,
                fleet,
                test.client().throttled(),
                test.client().unavailable(),
                test.client().broken());
    }

    /** Whether every law held. */
    boolean holds() {
        return fleet == null || fleet.holds();
    }

    /** The figures as a table, and what to know about them. */
    void print(PrintWriter out) {
        Table table = new Table()
                .words("Load")
                .numbers("Tasks")
                .numbers("Tasks/s")
                .words("Call")
                .numbers("p50 ms")
                .numbers("p99 ms")
                .numbers("p99.9 ms")
                .numbers("Max ms");
        for (Phase phase : phases) {
            String name = phase.name();
            String tasks = String.format(Locale.ROOT, "%,d", phase.done());
            String rate =
                    String.format(Locale.ROOT, "%,.0f", fleet == null ? phase.perSecond() : fleet.busyPerSecond());
            for (Map.Entry<CallKind, Latency> call : phase.calls().entrySet()) {
                Latency latency = call.getValue();
                table.row(
                        name,
                        tasks,
                        rate,
                        call.getKey().name().toLowerCase(Locale.ROOT),
                        ms(latency.p50Ms()),
                        ms(latency.p99Ms()),
                        ms(latency.p999Ms()),
                        ms(latency.maxMs()));
                name = tasks = rate = "";
            }
        }
        out.println();
        out.println(table);
        out.println();
        notes().forEach(out::println);
        if (fleet != null) {
            out.println();
            fleet.laws().forEach(law -> out.println(told(law)));
        }
    }

    /** What to know about the figures, a sentence each. */
    List<String> notes() {
        List<String> notes = new ArrayList<>();
        notes.add("The load generator itself took %s of a core on this machine."
                .formatted(String.join(
                        " and ",
                        phases.stream()
                                .map(phase -> String.format(Locale.ROOT, "%.0f %%", phase.clientCpu() * 100))
                                .toList())));
        if (fleet != null) {
            notes.addAll(LoadTestFleetWords.notes(fleet));
        }
        if (throttled > 0) {
            notes.add(Words.count(throttled, "call")
                    + " answered 429: the dispatcher's RESCUE_RATE_LIMIT was measured, not the dispatcher.");
        }
        if (unavailable + broken > 0) {
            notes.add(Words.count(unavailable, "call") + " answered 503, " + Words.count(broken, "call")
                    + " found nobody or broke off; all were made again.");
        }
        return notes;
    }

    /** Writes the page, or the picture alone. */
    void write(Path file) throws IOException {
        String svg;
        try {
            svg = LoadTestPicture.svg(phases, fleet);
        } catch (LinkageError | InternalError noFonts) {
            throw new CommandFailed(
                    "the picture cannot be drawn, for Java finds no fonts here (%s). Install some, for example with apt-get install fontconfig fonts-dejavu-core."
                            .formatted(noFonts),
                    noFonts);
        }
        Files.writeString(file, file.toString().endsWith(".svg") ? svg : LoadTestPage.html(this, svg));
    }

    /** A law and whether it held. */
    static String told(Law law) {
        return law.holds()
                ? "holds   " + law.law()
                : "BROKEN  %s %s%s"
                        .formatted(
                                law.law(),
                                Words.count(law.violations(), "time"),
                                law.example().isEmpty() ? "" : ", for example " + law.example());
    }

    private static String ms(double value) {
        return String.format(Locale.ROOT, value < 100 ? "%.1f" : "%,.0f", value);
    }
}
