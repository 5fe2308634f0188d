@NullMarked
package org.climaterescue.priorizer;

import org.jspecify.annotations.NullMarked;
