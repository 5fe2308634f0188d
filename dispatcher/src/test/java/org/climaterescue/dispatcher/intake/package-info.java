@NullMarked
package org.climaterescue.dispatcher.intake;

import org.jspecify.annotations.NullMarked;
