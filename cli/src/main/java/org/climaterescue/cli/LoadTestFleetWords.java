package org.climaterescue.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.climaterescue.mock.load.FleetOutcome;

/** What a fleet's run came to, in sentences. */
final class LoadTestFleetWords {

    private LoadTestFleetWords() {}

    static List<String> notes(FleetOutcome fleet) {
        return List.of(
                "%s made %s, %s of each task. In the end the dispatcher lists %s."
                        .formatted(
                                Words.count(fleet.nodes().size(), "node"),
                                Words.count(fleet.rescue().done(), "copy", "copies"),
                                fleet.copiesTarget(),
                                fleet.standings().entrySet().stream()
                                        .map(standing -> "%s %s"
                                                .formatted(Words.count(standing.getValue(), "task"), standing.getKey()))
                                        .collect(Collectors.joining(", "))),
                String.format(
                        Locale.ROOT,
                        "Of 100 copies, 99 were made in %.0f s, %,.0f a second. The last ones took %.0f s more: they waited for"
                                + " another try, or until leases of silent nodes had run out.",
                        fleet.busySeconds(),
                        fleet.busyPerSecond(),
                        fleet.rescue().seconds() - fleet.busySeconds()),
                "%s tried again. %s fell silent with %s; %s handed on to others."
                        .formatted(
                                Words.count(fleet.failures(), "download failed and was", "downloads failed and were"),
                                Words.count(fleet.silent(), "node"),
                                Words.count(fleet.orphaned(), "lease"),
                                Words.count(fleet.handedOn(), "of their tasks was", "of their tasks were")),
                "The dispatcher told nodes to stop %s; %s came when the lease had ended."
                        .formatted(Words.count(fleet.stopped(), "time"), Words.count(fleet.refused(), "report")),
                spread(fleet));
    }

    private static String spread(FleetOutcome fleet) {
        double[] ofASlot = fleet.nodes().stream()
                .mapToDouble(node -> (double) node.copies() / node.slots())
                .sorted()
                .toArray();
        return String.format(
                Locale.ROOT,
                "Copies by slot of a node: %.1f in the middle, %.1f at least, %.1f at most.",
                ofASlot[ofASlot.length / 2],
                ofASlot[0],
                ofASlot[ofASlot.length - 1]);
    }
}
