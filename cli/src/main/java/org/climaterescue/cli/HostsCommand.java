package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.climaterescue.protocol.Json;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue hosts}: the origins, their load and their limits. */
@Command(
        name = "hosts",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = {
            "Lists the hosts that tasks name, those for which most waits first: downloads under way, how many it may be at a time over"
                    + " all nodes, and how many more copies could be made.",
            "With a command, steers one of them. What is under way goes on."
        })
final class HostsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(names = "--search", paramLabel = "TEXT", description = "Only those with this in their name, in any case.")
    private @Nullable String search;

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            defaultValue = "waiting",
            description =
                    "waiting: those for which most copies could be made first; active: those with most downloads under way"
                            + " first, then those that are paused or left alone; known: the latest first (default: ${DEFAULT-VALUE}).")
    private Order sort = Order.WAITING;

    @Mixin
    private ListOptions options = new ListOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            Table table = new Table()
                    .words("Host")
                    .numbers("Active")
                    .numbers("Limit")
                    .numbers("Ready")
                    .words("State");
            options.print(
                    api,
                    DispatcherApi.path("/hosts", "search", search, "sort", sort.toString()),
                    table,
                    host -> table.row(
                            host.path("host").asText(),
                            Words.number(host.path("active").asLong()),
                            Words.number(host.path("max_connections").asLong()),
                            Words.number(host.path("ready").asLong()),
                            state(host, api.answered())),
                    search == null ? "No task names a host." : "No task names a host with such a name.",
                    out);
            return 0;
        }
    }

    /** Orders of the list. */
    enum Order {
        WAITING,
        ACTIVE,
        KNOWN;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Command(name = "pause", mixinStandardHelpOptions = true, description = "Gives out nothing new of a host.")
    int pause(@Mixin Steered steered) throws InterruptedException {
        return steer(steered, change().put("paused", true));
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Lets a host go on; what it was throttled to before is forgotten.")
    int resume(@Mixin Steered steered) throws InterruptedException {
        return steer(steered, change().put("paused", false));
    }

    @Command(
            name = "limit",
            mixinStandardHelpOptions = true,
            description = "Sets how many downloads of a host there may be at a time, over all nodes.")
    int limit(
            @Mixin Steered steered,
            @Parameters(index = "1", paramLabel = "N", description = "1 to 1000.") int connections)
            throws InterruptedException {
        return steer(steered, change().put("max_connections", connections));
    }

    /** Which host is steered, and how it is told of. */
    static final class Steered {

        @Parameters(
                index = "0",
                paramLabel = "HOST",
                description = "As the list has it, with its port if that is unusual.")
        private String host = "";

        @Option(names = "--json", description = "Prints the host as it is now.")
        private boolean json;
    }

    private int steer(Steered steered, ObjectNode change) throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode now = api.call("PATCH", "/hosts/" + DispatcherApi.encoded(steered.host), change);
            out.println(
                    steered.json
                            ? now
                            : "%s: %s, at most %s at a time, %s under way."
                                    .formatted(
                                            Words.plain(now.path("host").asText()),
                                            state(now, api.answered()),
                                            Words.count(
                                                    now.path("max_connections").asLong(), "download"),
                                            Words.number(now.path("active").asLong())));
            return 0;
        }
    }

    private static ObjectNode change() {
        return Json.mapper().createObjectNode();
    }

    /** What keeps work from it. */
    private static String state(JsonNode host, Instant now) {
        if (host.path("paused").asBoolean()) {
            return "paused";
        }
        if (host.has("busy_until")) {
            Duration left =
                    Duration.between(now, Instant.parse(host.path("busy_until").asText()));
            if (left.isPositive()) {
                return "busy, left alone for " + Words.time(left);
            }
        }
        return host.path("connections").asLong() < host.path("max_connections").asLong()
                ? "throttled to " + Words.number(host.path("connections").asLong())
                : "open";
    }
}
