/**
 * Imported lists of assets.
 *
 * <p>A catalog is known by its name; each import of it is a run with a number. A chunk of records, its counts and the
 * position that they stand for are one transaction, so that an import that was cut goes on exactly where it was. Within one
 * run the first record that names a URL counts; later ones are repeats and change nothing.
 */
@NullMarked
package org.climaterescue.db.catalog;

import org.jspecify.annotations.NullMarked;
