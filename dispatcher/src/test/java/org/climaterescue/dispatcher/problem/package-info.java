@NullMarked
package org.climaterescue.dispatcher.problem;

import org.jspecify.annotations.NullMarked;
