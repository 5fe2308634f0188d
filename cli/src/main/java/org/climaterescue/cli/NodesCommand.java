package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.BiFunction;
import java.util.stream.Collectors;
import org.climaterescue.protocol.NodeStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue nodes}: the machines of the volunteers. */
@Command(
        name = "nodes",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = {
            "Lists the nodes: how they stand, when they were heard of last, the space that they offer,"
                    + " what they work on, the copies that they hold and what failed there.",
            "With a command, takes one of them, or one of its copies, out of the rescue, or a drained one back in."
        })
final class NodesCommand implements Callable<Integer> {

    private static final String NODE = "Its id, or its name if no other node has it.";

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            split = ",",
            completionCandidates = Statuses.class,
            description = "Only those that stand so; may be repeated: ${COMPLETION-CANDIDATES}.")
    private List<String> statuses = List.of();

    @Option(
            names = "--search",
            paramLabel = "TEXT",
            description = "Only those with this in their id, name or operator, in any case.")
    private @Nullable String search;

    @Option(
            names = "--sort",
            paramLabel = "ORDER",
            defaultValue = "registered",
            description =
                    "registered: the oldest first; heard: the longest silent first; active: those with most downloads"
                            + " first (default: ${DEFAULT-VALUE}).")
    private Order sort = Order.REGISTERED;

    @Mixin
    private ListOptions options = new ListOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        Set<String> wanted = wanted();
        // The dispatcher looks for one status; several are picked here.
        String status = wanted.size() == 1 ? wanted.iterator().next() : null;
        try (DispatcherApi api = dispatcher.connect()) {
            NodeTable table = new NodeTable();
            options.print(
                    api,
                    DispatcherApi.path("/nodes", "status", status, "search", search, "sort", sort.toString()),
                    wanted.size() > 1
                            ? node -> wanted.contains(node.path("status").asText())
                            : null,
                    table.table(),
                    node -> table.add(node, api.answered()),
                    wanted.isEmpty() && search == null ? "No node is registered." : "No such node is registered.",
                    out);
            return 0;
        }
    }

    private Set<String> wanted() {
        return statuses.stream()
                .map(status -> Words.among(Statuses.WORDS, "--status", status))
                .collect(Collectors.toSet());
    }

    /** Orders of the list. */
    enum Order {
        REGISTERED,
        HEARD,
        ACTIVE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Command(
            name = "drain",
            mixinStandardHelpOptions = true,
            description = {
                "Lets a node finish what it has and gives it nothing new.",
                "That holds until ./rescue nodes resume, also when its agent starts anew."
            })
    int drain(
            @Parameters(paramLabel = "NODE", description = NODE) String called,
            @Option(names = "--json", description = "Prints the answer as it is.") boolean json)
            throws InterruptedException {
        return report(
                json,
                "POST",
                called,
                "/nodes/%s/drain",
                (node, answer) -> standing(node, answer, "draining", "is draining", "gets nothing new"));
    }

    @Command(
            name = "resume",
            mixinStandardHelpOptions = true,
            description = "Gives a node that was drained work again.")
    int resume(
            @Parameters(paramLabel = "NODE", description = NODE) String called,
            @Option(names = "--json", description = "Prints the answer as it is.") boolean json)
            throws InterruptedException {
        return report(
                json,
                "POST",
                called,
                "/nodes/%s/resume",
                (node, answer) -> standing(node, answer, "active", "is active again", "gets work again"));
    }

    /** What came of an order: a node that is silent or has left will find it when it is back. */
    private static String standing(String node, JsonNode answer, String expected, String now, String later) {
        String status = answer.path("status").asText();
        return status.equals(expected)
                ? "Node %s %s.".formatted(node, now)
                : "Node %s is %s; when it is back it %s.".formatted(node, status, later);
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = {
                "Signs a node off: what it works on goes back at once. Its copies stay counted.",
                "In secured mode it does not come back by itself, but only when it is introduced anew with a key."
            })
    int remove(
            @Parameters(paramLabel = "NODE", description = NODE) String called,
            @Option(names = "--withdraw-copies", description = "Its copies are lost too: their tasks want others.")
                    boolean withdraw,
            @Option(names = "--json", description = "Prints the answer as it is.") boolean json)
            throws InterruptedException {
        return report(
                json,
                "DELETE",
                called,
                withdraw ? "/nodes/%s?copies=withdrawn" : "/nodes/%s",
                (node, answer) -> "Node %s is signed off: %s went back%s."
                        .formatted(
                                node,
                                Words.count(answer.path("released").asLong(), "assignment"),
                                withdraw
                                        ? ", "
                                                + noLongerCounted(
                                                        answer.path("withdrawn").asLong())
                                        : ""));
    }

    private static String noLongerCounted(long copies) {
        return "%s no longer %s".formatted(Words.count(copies, "copy", "copies"), copies == 1 ? "counts" : "count");
    }

    @Command(
            name = "withdraw",
            mixinStandardHelpOptions = true,
            description =
                    "Says that a node has lost its copy of a task: it counts no more, and the task wants another.")
    int withdraw(
            @Parameters(paramLabel = "NODE", description = NODE) String called,
            @Parameters(paramLabel = "TASK", description = "The task's id, such as t-1a.") String task,
            @Option(names = "--json", description = "Prints the answer as it is.") boolean json)
            throws InterruptedException {
        return report(
                json,
                "DELETE",
                called,
                "/tasks/" + DispatcherApi.encoded(task) + "/copies/%s",
                (node, answer) -> "The copy of %s at node %s counts no more; the task %s."
                        .formatted(
                                task, node, Words.standing(answer.path("status").asText())));
    }

    /**
     * Gives an order about one node and tells what came of it.
     *
     * @param called the node's id or name
     * @param path of the call, with {@code %s} for the node's id
     * @param words tell the answer, of the node as it was called
     */
    private int report(
            boolean json, String method, String called, String path, BiFunction<String, JsonNode, String> words)
            throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        try (DispatcherApi api = dispatcher.connect()) {
            NamedNode node = NamedNode.find(api, called);
            JsonNode answer = api.call(method, path.replace("%s", DispatcherApi.encoded(node.id())));
            out.println(json ? answer : words.apply(node.words(), answer));
            return 0;
        }
    }

    /** How a node may stand, for the completion of the command line. */
    static final class Statuses implements Iterable<String> {

        private static final List<String> WORDS =
                Arrays.stream(NodeStatus.values()).map(NodeStatus::wire).toList();

        @Override
        public Iterator<String> iterator() {
            return WORDS.iterator();
        }
    }
}
