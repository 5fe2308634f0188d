package org.climaterescue.benchmarks;

import java.io.IOException;

/** Runs the micro-benchmarks of what decides purely. Takes what JMH takes; {@code -h} says what. */
final class Jmh {

    private Jmh() {}

    public static void main(String[] arguments) throws IOException {
        org.openjdk.jmh.Main.main(arguments);
    }
}
