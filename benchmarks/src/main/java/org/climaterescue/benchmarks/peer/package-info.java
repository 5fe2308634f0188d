/**
 * Other queues for Java on PostgreSQL. Each is a program of its own that takes how many no-op tasks to drain, and how many before
 * to warm up, and works in the empty database that {@code DATABASE_URL} names.
 */
@NullMarked
package org.climaterescue.benchmarks.peer;

import org.jspecify.annotations.NullMarked;
