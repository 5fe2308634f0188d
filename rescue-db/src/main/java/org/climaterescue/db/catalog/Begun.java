package org.climaterescue.db.catalog;

/** Whether an import may begin. */
public sealed interface Begun {

    /** It may. */
    record Started(Run run) implements Begun {}

    /** The same catalog is being imported right now. */
    record Busy(int catalogNo) implements Begun {}
}
