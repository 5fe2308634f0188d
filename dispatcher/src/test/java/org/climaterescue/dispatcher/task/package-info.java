@NullMarked
package org.climaterescue.dispatcher.task;

import org.jspecify.annotations.NullMarked;
