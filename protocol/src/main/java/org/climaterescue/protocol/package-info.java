/** The wire records and ids that the dispatcher and the node agent share. */
@NullMarked
package org.climaterescue.protocol;

import org.jspecify.annotations.NullMarked;
