package org.climaterescue.dispatcher.assignment;

import org.climaterescue.dispatcher.TestDispatcher;

/** Takes a dispatcher's sweep out of the hands of its ticker. */
public final class Sweeps {

    private Sweeps() {}

    /** From now on this dispatcher sweeps only when a test says so. */
    public static void only(TestDispatcher dispatcher) {
        dispatcher.bean(Sweep.class).stop();
    }
}
