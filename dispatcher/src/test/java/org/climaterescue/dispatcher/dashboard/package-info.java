@NullMarked
package org.climaterescue.dispatcher.dashboard;

import org.jspecify.annotations.NullMarked;
