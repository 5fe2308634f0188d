@NullMarked
package org.climaterescue.mock;

import org.jspecify.annotations.NullMarked;
