package org.climaterescue.db.ledger;

import java.time.Instant;
import java.util.List;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.Sha256;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a transition of one task depends on, as read under the task's lock.
 *
 * @param now the database's clock when the facts were read
 * @param urlSha256 the key of the task's canonical URL in {@code capture}
 * @param sizeBytes the size that the submission gave or that was learned since; null if unknown
 * @param sha256 the digest that the catalog gave; null if none
 * @param rank the priorizer's; null if unranked
 * @param target copies wanted
 * @param standing null while nothing has come of the task
 * @param readyRows how many copies may be claimed now
 * @param ready what those rows say; null when there is none
 * @param retryAt until when it is in backoff; null if it is not
 */
public record TaskFacts(
        Instant now,
        long taskId,
        int hostNo,
        Sha256 urlSha256,
        @Nullable Long sizeBytes,
        @Nullable Sha256 sha256,
        int priority,
        @Nullable Integer rank,
        int target,
        @Nullable Standing standing,
        List<Lease> leases,
        List<HeldCopy> copies,
        List<PastFailure> failures,
        int readyRows,
        @Nullable ReadyRow ready,
        @Nullable Instant retryAt) {

    /**
     * The row in {@code standing}.
     *
     * @param copies copies that count
     * @param sha256 the digest that leads; null when none does
     * @param sizeBytes the size of the file with that digest
     */
    public record Standing(
            TaskStatus status,
            int copies,
            @Nullable Sha256 sha256,
            @Nullable Long sizeBytes,
            @Nullable Verification verification) {}

    /**
     * An active assignment.
     *
     * @param voice whose vote a copy of the node will be
     * @param token the claim's number
     * @param omissions heartbeats in a row that left it out
     * @param overdue whether the lease has run out
     * @param assignedAt when the node was given it
     * @param idleSince when the last byte was reported
     */
    public record Lease(
            int nodeNo,
            String voice,
            long token,
            int attempt,
            long bytesDone,
            int omissions,
            boolean overdue,
            Instant assignedAt,
            Instant idleSince) {}

    /**
     * A copy that a node has reported.
     *
     * @param voice whose vote it is: the node's operator's, or the node's own when it names none
     * @param late whether it came after its lease was lost
     * @param rejected whether it is stored as having lost the vote
     */
    public record HeldCopy(
            int nodeNo, String voice, long token, Sha256 sha256, long sizeBytes, boolean late, boolean rejected) {

        /** The same copy as the vote of somebody else. */
        public HeldCopy spokenBy(String other) {
            return new HeldCopy(nodeNo, other, token, sha256, sizeBytes, late, rejected);
        }
    }

    /** A failure that a node has reported; {@code charged} ones count as attempts. */
    public record PastFailure(int nodeNo, FailureReason reason, boolean charged) {}

    /** What all rows of one task in {@code ready} have in common. */
    public record ReadyRow(int copies, int attempt, boolean contested) {}
}
