/** Measurements, each a program of its own that prints one table. */
@NullMarked
package org.climaterescue.benchmarks;

import org.jspecify.annotations.NullMarked;
