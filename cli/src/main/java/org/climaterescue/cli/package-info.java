/** The one command, {@code rescue}, and its verbs. Exit codes: 0 done, 1 failed, 2 wrong usage. */
@NullMarked
package org.climaterescue.cli;

import org.jspecify.annotations.NullMarked;
