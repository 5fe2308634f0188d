package org.climaterescue.agent;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.climaterescue.agent.store.FixityCheck;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * {@code verify DIR}: compares every stored file with its recorded digest. Exits 0 when all are right, 1 when one is missing or
 * changed, 2 when the directory is no node's.
 */
@Command(
        name = "verify",
        mixinStandardHelpOptions = true,
        description = "Compares every file that a node stores with its recorded SHA-256 digest.")
// picocli sets the required parameter before it calls.
@SuppressWarnings("NullAway.Init")
public final class VerifyCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "DIR", description = "The node's directory.")
    private Path directory;

    /** For picocli. */
    public VerifyCommand() {}

    @Override
    public Integer call() {
        if (!FixityCheck.isNodeDirectory(directory)) {
            throw new ParameterException(spec.commandLine(), directory + " is not a node's directory");
        }
        PrintWriter out = spec.commandLine().getOut();
        try {
            FixityCheck.Result result = FixityCheck.run(directory, out::println);
            out.println(
                    (result.files() == 1 ? "1 file, " : result.files() + " files, ") + ByteSize.readable(result.bytes())
                            + " read, " + (result.wrong() == 0 ? "all as recorded" : result.wrong() + " wrong"));
            out.flush();
            return result.wrong() == 0 ? 0 : 1;
        } catch (IOException unreadable) {
            out.flush();
            spec.commandLine().getErr().println("rescue verify: " + directory + " cannot be read: " + unreadable);
            return 1;
        }
    }
}
