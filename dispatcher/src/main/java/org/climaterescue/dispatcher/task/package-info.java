/** Tasks as clients read them: pages, details, history, where copies are, and the manifest of all that was rescued. */
@NullMarked
package org.climaterescue.dispatcher.task;

import org.jspecify.annotations.NullMarked;
