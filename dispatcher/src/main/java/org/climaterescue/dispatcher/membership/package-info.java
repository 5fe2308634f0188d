/**
 * How nodes join, live, drain and leave.
 *
 * <p>Any call of a node counts as hearing from it; only heartbeats renew leases. Whether a node is suspect or lost follows from
 * when it was last heard of and the database's clock; nobody writes it.
 */
@NullMarked
package org.climaterescue.dispatcher.membership;

import org.jspecify.annotations.NullMarked;
