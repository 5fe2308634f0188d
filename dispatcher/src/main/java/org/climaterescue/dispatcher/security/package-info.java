/**
 * Who calls, what they may do, and how often.
 *
 * <p>Open mode: everybody may do everything, nobody is asked who they are. Secured mode: the {@code Authorization: Bearer} credential is the
 * operator key, the join key or a node's token. Every GET is public but {@code /prometheus}; every other route says with {@code @Secured} and
 * {@link org.climaterescue.dispatcher.security.Roles} who may call it, and one that says nothing is closed.
 */
@NullMarked
package org.climaterescue.dispatcher.security;

import org.jspecify.annotations.NullMarked;
