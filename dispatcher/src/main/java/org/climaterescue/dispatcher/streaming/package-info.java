/** Bodies of any size in little memory: spooled to disk, read line by line, written page by page. */
@NullMarked
package org.climaterescue.dispatcher.streaming;

import org.jspecify.annotations.NullMarked;
