package org.climaterescue.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A dispatcher as people start it, by {@code ./rescue up}: cold at its start, and with what it costs told apart from what loads it. */
final class DispatcherProcess implements AutoCloseable {

    private static final String READY = "The dispatcher answers at ";

    private final Process process;
    private final URI uri;

    private DispatcherProcess(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** Starts one with these settings, from the root of the repository; when this returns, it answers. */
    static DispatcherProcess start(Map<String, String> settings, BenchDatabase database) throws IOException {
        var builder = new ProcessBuilder("./rescue", "up");
        builder.environment().putAll(Bench.environment(settings, database));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith(READY)) {
                return new DispatcherProcess(process, URI.create(line.substring(READY.length())));
            }
        }
        throw new IOException("the dispatcher did not start");
    }

    URI uri() {
        return uri;
    }

    /** Of the dispatcher itself, for the launcher has made way for it. */
    long pid() {
        return process.pid();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
