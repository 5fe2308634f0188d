package org.climaterescue.cli;

import java.io.PrintWriter;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.climaterescue.dispatcher.Dispatcher;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code rescue up}: a dispatcher, set up by the environment, until it is stopped. */
@Command(
        name = "up",
        mixinStandardHelpOptions = true,
        description = {
            "Runs a dispatcher until it is stopped with Ctrl-C.",
            "It is set up by environment variables; the README lists them."
        })
final class UpCommand implements Callable<Integer> {

    /** Before the URL on the line that tells where it answers. */
    static final String ANSWERS_AT = "The dispatcher answers at ";

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        CommandLine command = Objects.requireNonNull(spec).commandLine();
        return run(command.getOut(), command.getErr());
    }

    /**
     * Runs it until the process is stopped, or the thread interrupted.
     *
     * @param out told where it answers
     * @param err told when it does not stop cleanly
     * @return the exit code
     */
    static int run(PrintWriter out, PrintWriter err) throws InterruptedException {
        Dispatcher dispatcher = Dispatcher.start(System.getenv());
        Interruption signal = Interruption.closes(dispatcher, 0, err);
        try {
            out.println(ANSWERS_AT + dispatcher.uri());
            out.flush();
            new CountDownLatch(1).await();
            return 0;
        } finally {
            signal.close();
        }
    }
}
