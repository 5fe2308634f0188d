package org.climaterescue.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.climaterescue.mock.load.CallKind;
import org.climaterescue.mock.load.FleetOutcome;
import org.climaterescue.mock.load.Latency;
import org.climaterescue.mock.load.Law;
import org.climaterescue.mock.load.Phase;

/** The report of a load test as one page that needs no other file. */
final class LoadTestPage {

    private static final String DRAIN =
            "As many calls are under way all the time as there are connections, so latencies are those of a dispatcher that"
                    + " never rests.";

    private static final String FLEET =
            "A dispatch is one that gave something at once; one that had to wait until there was something to give is"
                    + " told apart as a wait, and is not in the picture.";

    private LoadTestPage() {}

    /** Draws it. The dispatcher's address is the only text that is not ours, and a URI holds none of the characters of markup. */
    static String html(LoadTestReport report, String svg) {
        return """
                <!doctype html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width">
                <title>Load test of %1$s</title>
                <style>
                body { font: 15px/1.5 system-ui, sans-serif; color: #33404a; max-width: 1120px; margin: 2rem auto; padding: 0 1rem }
                h1 { font-size: 1.5rem; margin-bottom: 0 }
                .when { color: #6b7780; margin-top: 0 }
                .figures { display: flex; flex-wrap: wrap; gap: 2.5rem; margin: 1.5rem 0 }
                .figures b { display: block; font-size: 1.8rem; color: #1b6ca8 }
                svg { max-width: 100%%; height: auto }
                table { border-collapse: collapse; margin: 1rem 0 }
                h2 { font-size: 1.1rem }
                .laws { list-style: none; padding: 0 }
                .holds::before { content: "✓ "; color: #2e8b6f; font-weight: bold }
                .broken { color: #b3261e; font-weight: bold }
                .broken::before { content: "✗ " }
                th, td { padding: .2rem .9rem; border-bottom: 1px solid #e3e7ea; text-align: right }
                th:first-child, td:first-child, th:nth-child(2), td:nth-child(2) { text-align: left }
                </style>
                </head>
                <body>
                <h1>Load test of %1$s</h1>
                <p class="when">%2$s</p>
                <div class="figures">%3$s</div>
                %4$s
                <table>
                <tr><th>load</th><th>call</th><th>calls</th><th>p50 ms</th><th>p90 ms</th><th>p99 ms</th><th>p99.9 ms</th><th>max ms</th></tr>
                %5$s
                </table>
                %6$s
                %7$s
                <p class="when">%8$s Half of all calls took p50 at most, 99 of 100 took p99 at most; the scale of latencies is logarithmic. Load
                generator and dispatcher share a machine if they run on one: what one takes, the other lacks.</p>
                </body>
                </html>
                """.formatted(
                report.dispatcher(),
                report.at(),
                report.fleet() == null
                        ? report.phases().stream().map(LoadTestPage::figure).collect(Collectors.joining("\n"))
                        : figures(report.fleet()),
                // Without the XML declaration, which has no place inside a page.
                svg.substring(svg.indexOf("<svg")),
                report.phases().stream().map(LoadTestPage::rows).collect(Collectors.joining("\n")),
                report.fleet() == null ? "" : laws(report.fleet().laws()),
                paragraphs(report.notes()),
                report.fleet() == null ? DRAIN : FLEET);
    }

    private static String figure(Phase phase) {
        return String.format(
                Locale.ROOT,
                "<div><b>%,.0f tasks/s</b>%s: %,d tasks in %.1f s</div>",
                phase.perSecond(),
                phase.name(),
                phase.done(),
                phase.seconds());
    }

    private static String figures(FleetOutcome fleet) {
        return String.format(
                Locale.ROOT,
                """
                <div><b>%,.0f copies/s</b>while there was plenty to do: 99 of 100 copies, in %.0f s</div>
                <div><b>%,d copies</b>made by %,d nodes in %.0f s</div>
                <div><b>%s</b>of %d laws of a rescue held</div>
                """,
                fleet.busyPerSecond(),
                fleet.busySeconds(),
                fleet.rescue().done(),
                fleet.nodes().size(),
                fleet.rescue().seconds(),
                fleet.holds() ? "all" : fleet.laws().stream().filter(Law::holds).count(),
                fleet.laws().size());
    }

    private static String rows(Phase phase) {
        return phase.calls().entrySet().stream().map(call -> row(phase, call)).collect(Collectors.joining("\n"));
    }

    private static String row(Phase phase, Map.Entry<CallKind, Latency> call) {
        Latency latency = call.getValue();
        return String.format(
                Locale.ROOT,
                "<tr><td>%s</td><td>%s</td><td>%,d</td><td>%.1f</td><td>%.1f</td><td>%.1f</td><td>%.1f</td><td>%.1f</td></tr>",
                phase.name(),
                call.getKey().name().toLowerCase(Locale.ROOT),
                latency.calls(),
                latency.p50Ms(),
                latency.p90Ms(),
                latency.p99Ms(),
                latency.p999Ms(),
                latency.maxMs());
    }

    private static String laws(List<Law> laws) {
        return laws.stream()
                .map(law -> law.holds()
                        ? "<li class=\"holds\">" + law.law() + "</li>"
                        : "<li class=\"broken\">" + LoadTestReport.told(law) + "</li>")
                .collect(Collectors.joining("\n", "<h2>Laws</h2>\n<ul class=\"laws\">", "</ul>"));
    }

    private static String paragraphs(List<String> lines) {
        return lines.stream().map(line -> "<p>" + line + "</p>").collect(Collectors.joining("\n"));
    }
}
