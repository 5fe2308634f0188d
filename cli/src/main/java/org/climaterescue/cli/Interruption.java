package org.climaterescue.cli;

import java.io.PrintWriter;

/** What Ctrl-C and SIGTERM do while a command runs: it stops in order, and then the process ends. */
final class Interruption implements AutoCloseable {

    /** The exit code of what ended before it was done. */
    static final int CODE = 130;

    private final Thread hook;

    private Interruption(Thread hook) {
        this.hook = hook;
    }

    /**
     * From now on a signal closes {@code running} and ends the process.
     *
     * @param code the exit code then; it is 1 when {@code running} does not stop cleanly
     * @param err where that is told
     */
    static Interruption closes(AutoCloseable running, int code, PrintWriter err) {
        Thread hook = new Thread(
                () -> {
                    boolean clean = closed(running, err);
                    err.flush();
                    // Left alone, the JVM would end with 130 or 143, whatever the command thinks of being stopped.
                    Runtime.getRuntime().halt(clean ? code : 1);
                },
                "rescue-signal");
        Runtime.getRuntime().addShutdownHook(hook);
        return new Interruption(hook);
    }

    /** Signals do as usual again. Under a signal this waits for the end of the process. */
    @Override
    public void close() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException endingAlready) {
            // The hook is running, or has run; it has the last word.
            join();
        }
    }

    private void join() {
        try {
            hook.join();
        } catch (InterruptedException hurried) {
            Thread.currentThread().interrupt();
        }
    }

    // This thread is the last that runs: whatever fails is told, and nothing is left to handle it.
    private static boolean closed(AutoCloseable running, PrintWriter err) {
        try {
            running.close();
            return true;
        } catch (Exception failed) {
            if (failed instanceof InterruptedException) {
                Thread.currentThread().interrupt();
            }
            err.println("rescue: did not stop cleanly: " + CommandFailed.line(failed));
            return false;
        }
    }
}
