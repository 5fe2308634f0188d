/**
 * Lists of assets, imported.
 *
 * <p>{@link Beginning} is what a file is recognised by ({@link Recognition}); a {@link DatasetReader}, {@link RowReader} or
 * {@link TableReader} then reads it as a stream, and {@link Records} makes submissions of what they find.
 *
 * <p>The file is spooled to disk and answered for; then it is read from there as a stream, some hundred records a
 * transaction. Nothing in a record stops the rest: what cannot be used is kept with its position and the reason. An import
 * that a stop of the dispatcher cuts goes on at the next start.
 */
@NullMarked
package org.climaterescue.dispatcher.catalog;

import org.jspecify.annotations.NullMarked;
