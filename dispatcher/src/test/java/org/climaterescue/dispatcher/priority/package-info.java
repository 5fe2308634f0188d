@NullMarked
package org.climaterescue.dispatcher.priority;

import org.jspecify.annotations.NullMarked;
