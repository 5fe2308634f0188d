@NullMarked
package org.climaterescue.dispatcher.catalog;

import org.jspecify.annotations.NullMarked;
