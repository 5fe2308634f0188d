package org.climaterescue.cli;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code rescue assignments}: what is being downloaded. */
@Command(
        name = "assignments",
        mixinStandardHelpOptions = true,
        description = "Lists what is being downloaded now and by whom, the newest first.")
final class AssignmentsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Option(names = "--node", paramLabel = "NODE", description = "Only of this node, by its id or its name.")
    private @Nullable String node;

    @Option(names = "--host", paramLabel = "HOST", description = "Only of this origin.")
    private @Nullable String host;

    @Mixin
    private ListOptions options = new ListOptions();

    @Override
    public Integer call() throws InterruptedException {
        try (DispatcherApi api = dispatcher.connect()) {
            String nodeId = node == null ? null : NamedNode.find(api, node).id();
            Table table = new Table()
                    .ids("Task")
                    .ids("Node")
                    .numbers("Done")
                    .numbers("Size")
                    .numbers("Begun")
                    .numbers("Last byte")
                    .words("URL");
            options.print(
                    api,
                    DispatcherApi.path("/assignments", "node_id", nodeId, "host", host),
                    table,
                    one -> table.row(
                            one.path("task_id").asText(),
                            one.path("node_id").asText(),
                            Words.sizeOrDash(one.path("bytes_done")),
                            Words.sizeOrDash(one.path("size_bytes")),
                            Words.ago(one.path("assigned_at"), api.answered()),
                            Words.ago(one.path("progress_at"), api.answered()),
                            one.path("dataset_url").asText()),
                    "Nothing is being downloaded.",
                    SafeOutput.of(spec));
            return 0;
        }
    }
}
