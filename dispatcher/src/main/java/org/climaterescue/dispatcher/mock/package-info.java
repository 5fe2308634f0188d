/** Canned answers for developers of clients, from a file of scenarios; nothing here touches the database. */
@NullMarked
package org.climaterescue.dispatcher.mock;

import org.jspecify.annotations.NullMarked;
