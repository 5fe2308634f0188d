/**
 * Where tasks stand: read and rewritten under the task's lock.
 *
 * <p>Every transition of a task (complete, fail, release, expire, cancel, retry, withdraw) goes the same way, in one
 * transaction: {@link org.climaterescue.db.ledger.Ledger#lock lock and read} the facts, decide purely, {@link
 * org.climaterescue.db.ledger.Ledger#write write} what changed. Only a claim does not take the task's lock; it holds the
 * ready row instead, which {@code lock} takes as well.
 *
 * <p>Invariants: a task's rows in {@code ready} and {@code assignment} together never exceed the copies it still wants; a
 * claim moves one from the first to the second and changes neither sum nor status of anything else; rows in {@code backoff}
 * and {@code ready} exclude each other; {@code standing} agrees with the rows in {@code copy} at every commit.
 */
@NullMarked
package org.climaterescue.db.ledger;

import org.jspecify.annotations.NullMarked;
