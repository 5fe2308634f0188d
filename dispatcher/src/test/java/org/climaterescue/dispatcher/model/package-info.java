/**
 * The coordination core against a model of it that knows the contract and nothing of the code.
 *
 * <p>{@link org.climaterescue.dispatcher.model.ModelFleet} says what must be true; {@link
 * org.climaterescue.dispatcher.model.Fleet} does everything twice, once to two real dispatchers and once to the model, and
 * compares.
 */
@NullMarked
package org.climaterescue.dispatcher.model;

import org.jspecify.annotations.NullMarked;
