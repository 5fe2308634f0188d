@NullMarked
package org.climaterescue.cli;

import org.jspecify.annotations.NullMarked;
