/** Figures about the whole rescue, and what was appended to the chain of custody last. */
@NullMarked
package org.climaterescue.db.telemetry;

import org.jspecify.annotations.NullMarked;
