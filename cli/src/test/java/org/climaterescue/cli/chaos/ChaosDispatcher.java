package org.climaterescue.cli.chaos;

import java.io.IOException;
import java.util.Arrays;

/** {@code rescue up} in a process that ends with the test which started it, however the test ends. */
final class ChaosDispatcher {

    private ChaosDispatcher() {}

    /** Runs the main class that the first argument names with the rest; ends at the end of the standard input. */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {
                    // Nobody says anything.
                }
            } catch (IOException e) {
                // The pipe broke, which means the same.
            }
            Runtime.getRuntime().halt(1);
        });
        var main = Class.forName(arguments[0]).getMethod("main", String[].class);
        main.setAccessible(true);
        main.invoke(null, (Object) Arrays.copyOfRange(arguments, 1, arguments.length));
    }
}
