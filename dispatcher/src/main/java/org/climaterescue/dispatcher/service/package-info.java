/** What the service says of itself: greeting, identity, docs. */
@NullMarked
package org.climaterescue.dispatcher.service;

import org.jspecify.annotations.NullMarked;
