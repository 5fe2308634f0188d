/**
 * The chain of custody, cut by time: the table {@code event} is made of parts, one a month, which {@code history_part} lists. A part is
 * made before its month comes, by whatever instance looks first; an event that no part is for has its place in {@code event_default},
 * so none is ever refused. What is old goes as a whole part, and {@code history_part} remembers that it has gone.
 */
@NullMarked
package org.climaterescue.db.history;

import org.jspecify.annotations.NullMarked;
