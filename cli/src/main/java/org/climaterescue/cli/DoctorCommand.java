package org.climaterescue.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.Callable;
import org.climaterescue.db.Inspection;
import org.climaterescue.db.invariant.Finding;
import org.climaterescue.db.invariant.Invariants;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue doctor}: whether the state of record keeps its own laws. */
@Command(
        name = "doctor",
        mixinStandardHelpOptions = true,
        description = {
            "Checks that the database keeps the laws of docs/lease-lifecycle.md, and changes nothing.",
            "Dispatchers may go on meanwhile. Ends with 0 when all laws hold, 1 when one is broken."
        })
final class DoctorCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--database",
            paramLabel = "URL",
            defaultValue = "${env:DATABASE_URL}",
            description = "The database (default: DATABASE_URL, or else the embedded one).")
    private @Nullable String database;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            defaultValue = "${env:RESCUE_DATA_DIR:-./data}",
            description = "Where the embedded one keeps its files (default: RESCUE_DATA_DIR, or else ./data).")
    private Path dataDir = Path.of("data");

    @Option(names = "--json", description = "Prints one JSON object.")
    private boolean json;

    @Override
    public Integer call() throws SQLException, InterruptedException, JsonProcessingException {
        PrintWriter out = SafeOutput.of(spec);
        String url = database == null || database.isBlank() ? null : database;
        try (Inspection inspection = Inspection.open(url, dataDir)) {
            List<Finding> findings = Invariants.check(inspection.connection());
            var examination = new Examination(findings.stream().allMatch(Finding::holds), findings);
            out.println(json ? Json.mapper().writeValueAsString(examination) : told(examination));
            return examination.healthy() ? 0 : 1;
        }
    }

    private static String told(Examination examination) {
        Table table = new Table().numbers("No").sentences("Invariant").numbers("Violations");
        StringBuilder examples = new StringBuilder();
        long broken = 0;
        for (Finding finding : examination.invariants()) {
            table.row(finding.number(), finding.law(), finding.violations());
            if (!finding.holds()) {
                broken++;
                examples.append("\n\nNo %d is broken, for example:".formatted(finding.number()));
                finding.examples().forEach(example -> examples.append("\n  ").append(example));
            }
        }
        String verdict = examination.healthy()
                ? "All " + examination.invariants().size() + " invariants hold."
                : broken + " of " + examination.invariants().size()
                        + " invariants are broken. Please report this with the output of --json: it is a defect of the"
                        + " program, or somebody has changed the database by hand.";
        return table + examples.toString() + "\n\n" + verdict;
    }

    /** What the examination found. */
    private record Examination(boolean healthy, List<Finding> invariants) {}
}
