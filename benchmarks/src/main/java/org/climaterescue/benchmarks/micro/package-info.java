/** Micro-benchmarks of what decides purely. Those of package-private classes are in the package of these. */
@NullMarked
package org.climaterescue.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
