package org.climaterescue.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.climaterescue.dispatcher.Dispatcher;

/** A dispatcher in a process of its own: cold at its start, and with what it costs told apart from what loads it. */
final class DispatcherProcess implements AutoCloseable {

    private final Process process;
    private final URI uri;

    private DispatcherProcess(Process process, URI uri) {
        this.process = process;
        this.uri = uri;
    }

    /** The other side: starts a dispatcher, says where it answers, and ends when whoever started it does. */
    public static void main(String[] arguments) throws IOException {
        try (Dispatcher dispatcher = Dispatcher.start(System.getenv())) {
            System.out.println(dispatcher.uri());
            System.in.transferTo(System.out);
        }
    }

    /** Starts one with these settings; when this returns, it answers. */
    static DispatcherProcess start(Map<String, String> settings, BenchDatabase database) throws IOException {
        var builder = new ProcessBuilder(Jvm.command(DispatcherProcess.class));
        builder.environment().putAll(Bench.environment(settings, database));
        Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
        BufferedReader lines = process.inputReader(StandardCharsets.UTF_8);
        String uri = lines.readLine();
        if (uri == null) {
            throw new IOException("the dispatcher did not start");
        }
        return new DispatcherProcess(process, URI.create(uri));
    }

    URI uri() {
        return uri;
    }

    long pid() {
        return process.pid();
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
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
