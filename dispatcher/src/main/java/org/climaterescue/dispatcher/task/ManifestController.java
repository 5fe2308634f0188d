package org.climaterescue.dispatcher.task;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Produces;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.http.server.types.files.StreamedFile;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.task.RescuedRow;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.streaming.PagedStream;

/** Lists every rescued asset. */
@Controller
@Tag(name = "Copies")
@Secured(SecurityRule.IS_ANONYMOUS)
@ExecuteOn(TaskExecutors.BLOCKING)
final class ManifestController {

    private static final int PAGE = 500;

    private final Transactions transactions;

    ManifestController(Transactions transactions) {
        this.transactions = transactions;
    }

    /** The manifest as CSV, JSON lines, for {@code sha256sum -c}, or as a Metalink 4 (RFC 5854). */
    @Get("/manifest")
    @Produces({"text/csv", "application/x-ndjson", MediaType.TEXT_PLAIN, "application/metalink4+xml"})
    StreamedFile manifest(@QueryValue(defaultValue = "csv") String format) {
        ManifestWriter writer = switch (format) {
            case "csv" -> new CsvManifest();
            case "jsonl" -> new JsonlManifest();
            case "sha256" -> new Sha256Manifest();
            case "meta4" -> new Meta4Manifest();
            default -> throw ProblemException.invalid("format", "format must be one of csv, jsonl, sha256, meta4");
        };
        return new StreamedFile(new PagedStream(new Pages(writer)), MediaType.of(writer.mediaType()));
    }

    /** Reads and writes page after page. */
    private final class Pages implements PagedStream.Pages {

        private final ManifestWriter writer;
        private long after;
        private boolean begun;
        private boolean ended;

        Pages(ManifestWriter writer) {
            this.writer = writer;
        }

        @Override
        public byte[] next() {
            if (!begun) {
                begun = true;
                byte[] head = writer.head();
                if (head.length > 0) {
                    return head;
                }
            }
            if (ended) {
                return new byte[0];
            }
            List<RescuedRow> rows = transactions.atLength(connection -> RescuedRow.after(connection, after, PAGE));
            if (rows.isEmpty()) {
                ended = true;
                return writer.tail();
            }
            after = rows.getLast().taskId();
            return writer.rows(rows);
        }
    }
}
