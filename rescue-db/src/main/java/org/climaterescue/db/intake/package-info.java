/**
 * Submissions become tasks.
 *
 * <p>Unique keys decide between equal submissions, whatever instance they come to: first the request ids are inserted, in
 * sorted order, then the URLs, in sorted order; who comes second waits for the first one's commit and is told about it. The
 * loser of a URL takes its own request id back, for a request that was refused has not been taken.
 */
@NullMarked
package org.climaterescue.db.intake;

import org.jspecify.annotations.NullMarked;
