package org.climaterescue.cli.chaos;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A dispatcher as a process of its own, at the same address whenever it runs. */
final class Instance implements AutoCloseable {

    /** What a process is said to have exited with that a signal 9 has ended. */
    private static final int KILLED = 128 + 9;

    private final URI uri;
    private final Map<String, String> environment;
    private final Path log;
    private volatile @Nullable Process process;

    private Instance(int port, Map<String, String> settings, Path log) {
        this.uri = URI.create("http://127.0.0.1:" + port);
        this.environment = new HashMap<>(settings);
        this.environment.put("DISPATCHER_PORT", Integer.toString(port));
        this.log = log;
    }

    /** One that does not run yet; what it says is appended to {@code log}. */
    static Instance at(int port, Map<String, String> settings, Path log) {
        return new Instance(port, settings, log);
    }

    /** Ports that are free now. */
    static List<Integer> freePorts(int count) throws IOException {
        var sockets = new ServerSocket[count];
        var ports = new Integer[count];
        for (int i = 0; i < count; i++) {
            sockets[i] = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            ports[i] = sockets[i].getLocalPort();
        }
        for (ServerSocket socket : sockets) {
            socket.close();
        }
        return List.of(ports);
    }

    URI uri() {
        return uri;
    }

    /** Starts it; it answers some seconds later. */
    void start() throws IOException {
        process = java(environment, log, "org.climaterescue.cli.Rescue", "up");
    }

    /** A command of this program as a process that ends with this one. */
    static Process java(Map<String, String> settings, Path log, String main, String... arguments) throws IOException {
        var builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx160m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-cp",
                System.getProperty("java.class.path"),
                ChaosDispatcher.class.getName(),
                main);
        builder.command().addAll(List.of(arguments));
        builder.environment().keySet().removeIf(name -> name.startsWith("RESCUE_") || name.startsWith("DISPATCHER_"));
        builder.environment().putAll(settings);
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    boolean runs() {
        Process current = process;
        return current != null && current.isAlive();
    }

    /** As {@code kill -9}; false when it had ended already. Its keeper may start it again before this returns. */
    boolean kill() throws InterruptedException {
        Process victim = process;
        if (victim == null || !victim.isAlive()) {
            return false;
        }
        victim.destroyForcibly();
        if (!victim.waitFor(20, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the dispatcher at " + uri + " does not die");
        }
        return true;
    }

    /** How it ended, when nobody killed it; null when somebody did, or it runs, or has never run. */
    @Nullable
    Integer ownExit() {
        Process last = process;
        return last == null || last.isAlive() || last.exitValue() == KILLED ? null : last.exitValue();
    }

    /** What it complained about. */
    List<String> errors() throws IOException {
        try (var lines = Files.lines(log)) {
            return lines.filter(line -> line.contains(" ERROR ")).toList();
        }
    }

    @Override
    public void close() {
        Process last = process;
        if (last != null) {
            last.destroyForcibly();
        }
    }
}
