@NullMarked
package org.climaterescue.db;

import org.jspecify.annotations.NullMarked;
