package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code rescue catalogs}: what has been imported. */
@Command(
        name = "catalogs",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "[COMMAND]",
        description = {
            "Lists the catalogs, newest first, with the counts of their latest import.",
            "./rescue import brings one in, ./rescue tasks --catalog lists the tasks of one."
        })
final class CatalogsCommand implements Callable<Integer> {

    @Spec
    private @Nullable CommandSpec spec;

    @Mixin
    private DispatcherOptions dispatcher = new DispatcherOptions();

    @Mixin
    private ListOptions options = new ListOptions();

    @Override
    public Integer call() throws InterruptedException {
        try (DispatcherApi api = dispatcher.connect()) {
            Table table = new Table()
                    .ids("Catalog")
                    .words("Name")
                    .extra("Format")
                    .words("Status")
                    .numbers("Read")
                    .numbers("Added")
                    .numbers("Rejected")
                    .numbers("Gone")
                    .numbers("Begun")
                    .words("Error");
            options.print(
                    api,
                    "/catalogs",
                    table,
                    catalog -> table.row(
                            catalog.path("catalog_id").asText(),
                            catalog.path("name").asText(),
                            catalog.path("format").asText(),
                            catalog.path("status").asText(),
                            Words.number(catalog.path("read").asLong()),
                            Words.number(catalog.path("added").asLong()),
                            Words.number(catalog.path("rejected").asLong()),
                            Words.number(catalog.path("gone").asLong()),
                            Words.ago(catalog.path("started_at"), api.answered()),
                            catalog.path("error").asText("–")),
                    "No catalog has been imported.",
                    out());
            return 0;
        }
    }

    @Command(
            name = "rejected",
            mixinStandardHelpOptions = true,
            description =
                    "Prints each record that the latest import refused, where it stood and why: a JSON object a line.")
    int rejected(@Parameters(paramLabel = "CATALOG", description = "Its id, such as c-1.") String catalog)
            throws InterruptedException {
        try (DispatcherApi api = dispatcher.connect()) {
            api.copy("/catalogs/%s/rejected".formatted(DispatcherApi.encoded(catalog)), out());
            return 0;
        }
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description = "Forgets a catalog that came to nothing: its import failed, and no file hangs on it.")
    int remove(
            @Parameters(paramLabel = "CATALOG", description = "Its id, such as c-1.") String catalog,
            @Option(names = "--json", description = "Prints the answer as it is.") boolean json)
            throws InterruptedException {
        try (DispatcherApi api = dispatcher.connect()) {
            JsonNode answer = api.call("DELETE", "/catalogs/" + DispatcherApi.encoded(catalog));
            out().println(
                            json
                                    ? answer
                                    : "Catalog %s (%s) is removed."
                                            .formatted(
                                                    catalog, answer.path("name").asText()));
            return 0;
        }
    }

    private PrintWriter out() {
        return SafeOutput.of(spec);
    }
}
