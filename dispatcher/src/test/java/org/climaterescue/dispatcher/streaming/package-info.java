@NullMarked
package org.climaterescue.dispatcher.streaming;

import org.jspecify.annotations.NullMarked;
