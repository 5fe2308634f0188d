package org.climaterescue.db.catalog;

/**
 * One import of one catalog.
 *
 * @param catalogNo the catalog's number
 * @param run 1 for its first import
 */
public record Run(int catalogNo, int run) {}
