/**
 * Three dispatchers on one PostgreSQL and a fleet of simulated nodes, all of which are killed at random while they work.
 *
 * <p>Every actor keeps a record of what it was told (the {@link org.climaterescue.cli.chaos.Testimony}); when all have come to
 * rest, the record is compared with what the system says.
 */
@NullMarked
package org.climaterescue.cli.chaos;

import org.jspecify.annotations.NullMarked;
