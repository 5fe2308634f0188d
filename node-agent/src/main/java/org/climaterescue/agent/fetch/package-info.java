/**
 * Brings one file from its origin to a partial file on disk.
 *
 * <p>A cut is resumed only when the origin vouches that the rest belongs to the bytes already here: over HTTP with
 * {@code If-Range} and a strong validator (RFC 9110, sections 8.8 and 13.1.5), over FTP with an unchanged size and modification
 * time. In every other case the download starts anew, so that no file is ever mixed from two states of the origin.
 *
 * <p>Every connection goes to an address that was checked after resolving the name, the one the socket is then opened to; a
 * redirect opens a new connection and is checked again.
 */
@NullMarked
package org.climaterescue.agent.fetch;

import org.jspecify.annotations.NullMarked;
