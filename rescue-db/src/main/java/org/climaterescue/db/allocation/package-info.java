/** The queue of work that can be claimed now, and the claim itself. */
@NullMarked
package org.climaterescue.db.allocation;

import org.jspecify.annotations.NullMarked;
