package org.climaterescue.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A demo whose dispatcher is a process of its own, for what that one's JVM is to learn meanwhile: in the process of the demo it would
 * learn the nodes and the origin too, and load them at each start. {@code docs/decisions/0010} tells what that costs.
 */
final class Training {

    /** What a program needs to run at all. Nothing else of what the user has set reaches in here, least of all a database. */
    private static final Set<String> KEPT = Set.of("PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME");

    private static final PrintWriter OUT = new PrintWriter(System.out, true, System.out.charset());

    private Training() {}

    /**
     * Ends the process with 0 when the demo went well and the dispatcher has stopped.
     *
     * @param command runs {@code rescue up} in the environment that it is given
     */
    public static void main(String[] command) throws Exception {
        boolean right;
        try (Closing parts = new Closing()) {
            DemoWorld world = DemoWorld.start(
                    0,
                    settings -> parts.start(() -> Trainee.start(List.of(command), settings))
                            .uri(),
                    parts);
            right = DemoCommand.rescue(world, parts, OUT);
        }
        System.exit(right ? 0 : 1);
    }

    /** The dispatcher. */
    private record Trainee(Process process, URI uri) implements AutoCloseable {

        static Trainee start(List<String> command, Map<String, String> settings) throws IOException {
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().keySet().retainAll(KEPT);
            builder.environment().putAll(settings);
            Process process = builder.start();
            BufferedReader said = process.inputReader();
            for (String line = said.readLine(); line != null; line = said.readLine()) {
                if (line.startsWith(UpCommand.ANSWERS_AT)) {
                    return new Trainee(process, URI.create(line.substring(UpCommand.ANSWERS_AT.length())));
                }
            }
            throw new IOException("the dispatcher has ended before it answered");
        }

        /** Waits until its JVM has written what it learned. */
        @Override
        public void close() throws IOException {
            // Process.destroy would close what it says, and its JVM would break off.
            process.toHandle().destroy();
            process.inputReader().transferTo(OUT);
            process.onExit().join();
        }
    }
}
