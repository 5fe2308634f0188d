/** The registry of nodes, and what heartbeats change. */
@NullMarked
package org.climaterescue.db.node;

import org.jspecify.annotations.NullMarked;
