@NullMarked
package org.climaterescue.agent;

import org.jspecify.annotations.NullMarked;
