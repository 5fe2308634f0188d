package org.climaterescue.agent;

import java.io.Console;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.climaterescue.protocol.PriorityLevel;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code agent}: runs a node until it is stopped. Exits 0 when stopped, 1 when it cannot work, 2 on wrong usage. */
@Command(
        name = "agent",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Downloads what the dispatcher hands out and keeps it, until it is stopped with Ctrl-C.")
// picocli sets the required options before it calls.
@SuppressWarnings("NullAway.Init")
public final class AgentCommand implements Callable<Integer> {

    private static final int FAILED = 1;

    @Spec
    private CommandSpec spec;

    @Option(names = "--dispatcher", required = true, paramLabel = "URL", description = "Where the dispatcher is.")
    private URI dispatcher;

    @Option(
            names = "--dir",
            required = true,
            paramLabel = "DIR",
            description = "Where to keep the files; the node's identity lives in DIR/.rescue.")
    private Path directory;

    @Option(
            names = "--capacity",
            required = true,
            paramLabel = "SIZE",
            converter = ByteSize.class,
            description = "The most to store, in decimal units: 500GB, 1.5TB.")
    private long capacityBytes;

    @Option(
            names = "--slots",
            paramLabel = "N",
            defaultValue = "4",
            description = "Downloads at a time, 1 to 1000 (default: ${DEFAULT-VALUE}).")
    private int slots;

    @Option(names = "--name", paramLabel = "NAME", description = "What to call this node (default: the host's name).")
    private @Nullable String name;

    @Option(
            names = "--operator",
            paramLabel = "WHO",
            description = "Who runs it. Copies of one operator's nodes do not confirm each other.")
    private @Nullable String operator;

    @Option(names = "--region", paramLabel = "WHERE", description = "Where it stands, in your own words.")
    private @Nullable String region;

    @Option(
            names = "--priority",
            paramLabel = "LEVEL",
            description = "Takes only tasks of this urgency or more: low, medium, high, critical.")
    private @Nullable String priority;

    @Option(
            names = "--join-key",
            paramLabel = "KEY",
            description = "The key to join with, if the dispatcher asks for one. Better given as RESCUE_JOIN_KEY:"
                    + " other users of this machine can see a command line.")
    private @Nullable String joinKey;

    @Option(
            names = "--allow-private",
            description = "Also downloads from private and loopback addresses (or RESCUE_ALLOW_PRIVATE=true).")
    private boolean allowPrivate;

    /** For picocli. */
    public AgentCommand() {}

    @Override
    public Integer call() throws InterruptedException {
        AgentConfig config = config();
        View view = isTerminal() ? new TerminalView(System.err) : new LogView();
        try {
            NodeAgent agent = NodeAgent.start(config, view);
            AtomicBoolean failed = new AtomicBoolean();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> obeySignal(agent, view, failed), "rescue-signal"));
            try {
                agent.awaitEnd();
            } catch (AgentException impossible) {
                failed.set(true);
                throw impossible;
            } finally {
                agent.close();
            }
            return 0;
        } catch (AgentException impossible) {
            view.close();
            spec.commandLine().getErr().println("rescue agent: " + impossible.getMessage());
            return FAILED;
        }
    }

    private static void obeySignal(NodeAgent agent, View view, AtomicBoolean failed) {
        agent.close();
        view.close();
        if (!failed.get()) {
            // A signal that was obeyed is no failure; left alone, the JVM would exit with 143.
            Runtime.getRuntime().halt(0);
        }
    }

    private AgentConfig config() {
        try {
            return new AgentConfig(
                    dispatcher,
                    directory,
                    name == null ? hostName() : name,
                    operator,
                    region,
                    capacityBytes,
                    slots,
                    level(),
                    joinKey == null ? fromEnvironment("RESCUE_JOIN_KEY") : joinKey,
                    allowPrivate || "true".equalsIgnoreCase(fromEnvironment("RESCUE_ALLOW_PRIVATE")));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
    }

    private @Nullable PriorityLevel level() {
        if (priority == null) {
            return null;
        }
        try {
            return PriorityLevel.valueOf(priority.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException unknown) {
            throw new IllegalArgumentException(
                    "--priority must be low, medium, high or critical, not '" + priority + "'", unknown);
        }
    }

    private static @Nullable String fromEnvironment(String variable) {
        String value = System.getenv(variable);
        return value == null || value.isBlank() ? null : value;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException unnamed) {
            return "node";
        }
    }

    // There is none with -Djdk.console=java.base.
    @SuppressWarnings("SystemConsoleNull")
    private static boolean isTerminal() {
        Console console = System.console();
        return console != null && console.isTerminal();
    }
}
