/**
 * How the service says no: whatever goes wrong becomes one {@code application/problem+json} body (RFC 9457).
 *
 * <p>Code that refuses a request throws {@link org.climaterescue.dispatcher.problem.ProblemException}; everything else that can be thrown is
 * translated in one place. What nobody foresaw is logged and told to the client as {@code internal}, without its inside.
 */
@NullMarked
package org.climaterescue.dispatcher.problem;

import org.jspecify.annotations.NullMarked;
