/** What the operator sets: one validated record per feature, read from environment variables. */
@NullMarked
package org.climaterescue.dispatcher.settings;

import org.jspecify.annotations.NullMarked;
