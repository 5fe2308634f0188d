package org.climaterescue.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import org.climaterescue.protocol.TaskStatus;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue tasks}: what is to be rescued, and what has been. */
@Command(
        name = "tasks",
        mixinStandardHelpOptions = true,
        description = {
            "Lists the tasks that match all that is given, newest first. A task is one file at one URL.",
            "./rescue task shows everything about one."
        })
final class TasksCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(
            names = "--search",
            paramLabel = "TEXT",
            description = "Only those with this in their URL, name or dataset, in any case.")
    private @Nullable String search;

    @Option(
            names = "--status",
            paramLabel = "STATUS",
            completionCandidates = Statuses.class,
            description = "Only those that stand so: ${COMPLETION-CANDIDATES}.")
    private @Nullable String status;

    @Option(names = "--disputed", description = "Only those whose copies disagree.")
    private boolean disputed;

    @Option(names = "--host", paramLabel = "HOST", description = "Only those of this origin.")
    private @Nullable String host;

    @Option(names = "--catalog", paramLabel = "CATALOG", description = "Only those of this catalog, by its id.")
    private @Nullable String catalog;

    @Option(
            names = "--node",
            paramLabel = "NODE",
            description = "Only those that this node has to do with, by its id or its name.")
    private @Nullable String node;

    @Mixin
    private ListOptions options = new ListOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = SafeOutput.of(spec);
        String standing = status == null ? null : Words.among(Statuses.WORDS, "--status", status);
        try (DispatcherApi api = dispatcher.connect()) {
            String path = DispatcherApi.path(
                    "/tasks",
                    "search",
                    search,
                    "status",
                    standing,
                    "verification",
                    disputed ? "disputed" : null,
                    "host",
                    host,
                    "catalog",
                    catalog,
                    "node_id",
                    node == null ? null : NamedNode.find(api, node).id());
            TaskTable table = new TaskTable();
            options.print(
                    api, path, table.table(), task -> table.add(task, api.answered()), "There is no such task.", out);
            return 0;
        }
    }

    /** How a task may stand, for the completion of the command line. */
    static final class Statuses implements Iterable<String> {

        private static final List<String> WORDS =
                Arrays.stream(TaskStatus.values()).map(TaskStatus::wire).toList();

        @Override
        public Iterator<String> iterator() {
            return WORDS.iterator();
        }
    }
}
