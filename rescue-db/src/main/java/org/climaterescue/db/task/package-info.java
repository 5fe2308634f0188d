/** Tasks as they are read: pages, one with everything about it, its history, and what has been rescued. */
@NullMarked
package org.climaterescue.db.task;

import org.jspecify.annotations.NullMarked;
