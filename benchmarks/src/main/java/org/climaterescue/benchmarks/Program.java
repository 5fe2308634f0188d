package org.climaterescue.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;

/**
 * A program that measures something and writes {@link Figures} as a line of JSON. Its errors go where ours go.
 *
 * @param directory where it runs; null: here
 */
record Program(
        List<String> command,
        Map<String, String> environment,
        @Nullable Path directory) {

    /** What to do about other lines. */
    interface Listener {
        void heard(Process process, String line) throws IOException;
    }

    Figures run() throws IOException, InterruptedException {
        return run((process, line) -> {});
    }

    /**
     * Runs it to its end.
     *
     * @throws IOException when it fails, is not installed, or writes no figures
     */
    Figures run(Listener listener) throws IOException, InterruptedException {
        var builder = new ProcessBuilder(command);
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(directory.toFile());
        }
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        Figures figures = null;
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("{")) {
                    figures = Json.mapper().readValue(line, Figures.class);
                } else {
                    listener.heard(process, line);
                }
            }
            int status = process.waitFor();
            if (status != 0 || figures == null) {
                throw new IOException(String.join(" ", command) + " ended with " + status);
            }
            return figures;
        } finally {
            process.destroy();
        }
    }
}
