package org.climaterescue.db;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Ties the life of a server to the life of this process: a small shell waits at the other end of a pipe. When this process
 * ends in whatever way, without having closed the line, the pipe breaks and the shell asks the server to stop
 * (SIGINT: PostgreSQL's fast shutdown, which loses nothing).
 */
final class Lifeline implements AutoCloseable {

    /**
     * Ctrl-C, a closed terminal or a service manager signal the whole group; the line must outlast them, for this process
     * may still be finishing its work on the database.
     */
    private static final String WAIT = "trap '' INT HUP TERM; cd /; read -r word && exit 0; kill -INT \"$0\"";

    /** Keeps the pipes reachable: a collected one would be closed, and the server stopped. */
    private static final Set<Process> TIED = ConcurrentHashMap.newKeySet();

    private final Process shell;

    private Lifeline(Process shell) {
        this.shell = shell;
    }

    static Lifeline to(long serverPid) throws IOException {
        Process shell = new ProcessBuilder("sh", "-c", WAIT, Long.toString(serverPid))
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        TIED.add(shell);
        return new Lifeline(shell);
    }

    /** Lets go without touching the server. */
    @Override
    public void close() {
        if (TIED.remove(shell)) {
            try (var pipe = shell.getOutputStream()) {
                pipe.write("done\n".getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
                // The shell is gone already, killed by someone: then there is nobody left to tell.
                shell.destroyForcibly();
            }
        }
    }
}
