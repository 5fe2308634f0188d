@NullMarked
package org.climaterescue.dispatcher;

import org.jspecify.annotations.NullMarked;
