package org.climaterescue.dispatcher.task;

import java.time.Instant;
import java.util.List;
import org.climaterescue.db.ledger.TaskFacts.HeldCopy;
import org.climaterescue.db.task.CopyRow;
import org.climaterescue.dispatcher.assignment.Verdict;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/** A copy as clients see it. */
record CopyPage(
        String nodeId,
        @Nullable String operator,
        @Nullable String region,
        String sha256,
        long sizeBytes,
        @Nullable String contentType,
        Verification verification,
        boolean late,
        @Nullable String magnetLink,
        Instant completedAt) {

    /**
     * All copies of one task, judged together.
     *
     * @param given the catalog's digest; null if it gives none
     */
    static List<CopyPage> all(@Nullable Sha256 given, List<CopyRow> copies) {
        Verdict verdict = Verdict.of(given, copies.stream().map(CopyPage::held).toList());
        return copies.stream().map(copy -> from(copy, verdict)).toList();
    }

    private static HeldCopy held(CopyRow copy) {
        return new HeldCopy(
                copy.nodeNo(), copy.voice(), copy.token(), copy.sha256(), copy.sizeBytes(), copy.late(), false);
    }

    private static CopyPage from(CopyRow copy, Verdict verdict) {
        return new CopyPage(
                copy.nodeId(),
                copy.operator(),
                copy.region(),
                copy.sha256().hex(),
                copy.sizeBytes(),
                copy.contentType(),
                verdict.of(copy.sha256()),
                copy.late(),
                copy.magnetLink(),
                copy.completedAt());
    }
}
