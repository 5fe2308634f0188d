package org.climaterescue.db.intake;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What holds for all submissions of one transaction.
 *
 * @param dedupWindow how long a URL that was submitted is not taken again
 * @param instance the dispatcher instance that takes them
 * @param catalogNo the catalog that they come from; null if none
 */
public record Terms(
        Duration dedupWindow, String instance, @Nullable Integer catalogNo) {}
