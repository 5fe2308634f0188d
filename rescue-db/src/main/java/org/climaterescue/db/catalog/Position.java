package org.climaterescue.db.catalog;

/**
 * How far a catalog's file has been read.
 *
 * @param datasets that have begun up to here
 * @param bytes of the file as it was sent, packed or not
 */
public record Position(long datasets, long bytes) {}
