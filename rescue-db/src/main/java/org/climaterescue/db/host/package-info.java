/** How hard origins may be worked: limits over the whole fleet, pauses that origins and operators ask for. */
@NullMarked
package org.climaterescue.db.host;

import org.jspecify.annotations.NullMarked;
