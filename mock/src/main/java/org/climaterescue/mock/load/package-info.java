/**
 * Load for a dispatcher: simulated nodes that speak the real protocol over real connections and download nothing, and how their
 * calls are measured. Their tasks are of hosts under {@code .invalid} (RFC 2606), which resolve nowhere.
 */
@NullMarked
package org.climaterescue.mock.load;

import org.jspecify.annotations.NullMarked;
