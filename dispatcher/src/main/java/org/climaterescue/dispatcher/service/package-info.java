/** What the service says about itself: greeting, health, documentation, which instance answers. */
@NullMarked
package org.climaterescue.dispatcher.service;

import org.jspecify.annotations.NullMarked;
