/**
 * The invariants of the state of record: laws that hold in every committed state, at any number of dispatchers. {@code
 * docs/lease-lifecycle.md} explains them by number.
 *
 * <p>Each law is one query that finds what breaks it. A law that could be broken for a moment, by a transition that takes
 * several transactions or by a clock, is none and is not here.
 */
@NullMarked
package org.climaterescue.db.invariant;

import org.jspecify.annotations.NullMarked;
