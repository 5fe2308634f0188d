package org.climaterescue.mock;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code rescue mock}: an origin and a priorizer to develop against. Runs until it is stopped. */
@Command(
        name = "mock",
        mixinStandardHelpOptions = true,
        description = "Runs a mock origin with a sample catalog, and a mock priorizer.")
public final class MockCommand implements Callable<Integer> {

    private static final int HIGHEST_PORT = 65_535;

    @Spec
    private @Nullable CommandSpec spec;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "Address to listen on (default: ${DEFAULT-VALUE}).")
    private String bind = "127.0.0.1";

    @Option(
            names = "--origin-port",
            paramLabel = "N",
            defaultValue = "8090",
            description = "Port of the origin (default: ${DEFAULT-VALUE}).")
    private int originPort;

    @Option(
            names = "--priorizer-port",
            paramLabel = "N",
            defaultValue = "8091",
            description = "Port of the priorizer (default: ${DEFAULT-VALUE}).")
    private int priorizerPort;

    @Option(
            names = "--base-url",
            paramLabel = "URL",
            description = "What the URLs of the catalog begin with, if agents see the origin under another address.")
    private @Nullable URI baseUrl;

    @Option(names = "--plan", paramLabel = "FILE", description = "A JSON file with more files and faults.")
    private @Nullable Path plan;

    @Option(
            names = "--ranking",
            paramLabel = "FILE",
            description = "A JSON file that the priorizer answers with, instead of its own.")
    private @Nullable Path ranking;

    @Override
    public Integer call() throws IOException, InterruptedException {
        requireFree("--origin-port", originPort);
        requireFree("--priorizer-port", priorizerPort);
        try (MockOrigin origin = MockOrigin.start(new InetSocketAddress(bind, originPort));
                MockPriorizer priorizer = MockPriorizer.start(new InetSocketAddress(bind, priorizerPort))) {
            SampleCatalog catalog =
                    SampleCatalog.serveOn(origin, baseUrl == null ? origin.url("") : URI.create(trimmed(baseUrl)));
            if (plan != null) {
                OriginPlan.read(plan).applyTo(origin);
            }
            if (ranking == null) {
                priorizer.rank(catalog.assets());
            } else {
                priorizer.answer(Files.readString(ranking));
            }
            PrintWriter out = out();
            out.println("catalog    " + catalog.url());
            out.println("priorizer  " + priorizer.url() + "/ranking");
            out.flush();
            new CountDownLatch(1).await();
            return 0;
        }
    }

    /** Looks first, so that the message names the option that helps. */
    private void requireFree(String option, int port) {
        if (port < 0 || port > HIGHEST_PORT) {
            throw new ParameterException(
                    commandSpec().commandLine(), "%s must be 0 to %d, not %d".formatted(option, HIGHEST_PORT, port));
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.bind(new InetSocketAddress(bind, port));
        } catch (IOException taken) {
            throw new ParameterException(
                    commandSpec().commandLine(),
                    "port %d at %s cannot be used (%s); choose another with %s"
                            .formatted(port, bind, taken.getMessage(), option),
                    taken);
        }
    }

    private static String trimmed(URI base) {
        return base.toString().replaceFirst("/$", "");
    }

    private PrintWriter out() {
        return commandSpec().commandLine().getOut();
    }

    private CommandSpec commandSpec() {
        return Objects.requireNonNull(spec);
    }
}
