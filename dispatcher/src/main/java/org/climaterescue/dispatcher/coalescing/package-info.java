/**
 * Equal reads are done once, and what failed serves nobody who did not wait for it. How old a shared result may be is for the
 * caller to say: of a {@code fresh} read it is never older than what this instance has answered before; {@code get} shares what is
 * under way, and {@code kept} what was read a second ago or longer, whatever has changed since.
 */
@NullMarked
package org.climaterescue.dispatcher.coalescing;

import org.jspecify.annotations.NullMarked;
