/** Who is known: nodes by their id and by their token, without asking the database each time. */
@NullMarked
package org.climaterescue.dispatcher.node;

import org.jspecify.annotations.NullMarked;
