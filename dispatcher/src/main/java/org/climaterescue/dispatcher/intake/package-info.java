/**
 * Requests to rescue an asset become tasks, exactly once.
 *
 * <p>A request is checked, its URL brought into canonical form, and both handed to {@link org.climaterescue.db.intake}, which
 * decides by unique keys who was first. Single requests, bulk lines and catalog records all take this one path.
 */
@NullMarked
package org.climaterescue.dispatcher.intake;

import org.jspecify.annotations.NullMarked;
