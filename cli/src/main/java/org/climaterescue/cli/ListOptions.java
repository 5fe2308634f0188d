package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a list is printed, and how much of it. */
final class ListOptions {

    /** What a person reads, and what a dispatcher of millions gives at once. */
    private static final long USUAL_ROWS = 100;

    @Option(
            names = "--limit",
            paramLabel = "N",
            description = "Ends after so many (default: " + USUAL_ROWS + " rows of a table, and all with --json).")
    private @Nullable Long limit;

    @Option(names = "--json", description = "Prints one JSON object a line, as the dispatcher has it.")
    private boolean json;

    /** Prints a whole list. */
    void print(DispatcherApi api, String path, Table table, Consumer<JsonNode> row, String nothing, PrintWriter out)
            throws InterruptedException {
        print(api, path, null, table, row, nothing, out);
    }

    /**
     * Prints a list: for programs each item as it comes, for people a table as wide as their terminal.
     *
     * @param path as in {@link DispatcherApi#list}
     * @param wanted which items, where the dispatcher cannot tell; null: all that it gives
     * @param row adds an item to the table
     * @param nothing what to say when there is none
     */
    void print(
            DispatcherApi api,
            String path,
            @Nullable Predicate<JsonNode> wanted,
            Table table,
            Consumer<JsonNode> row,
            String nothing,
            PrintWriter out)
            throws InterruptedException {
        boolean more = each(
                api,
                path,
                wanted,
                item -> {
                    if (json) {
                        out.println(item);
                    } else {
                        row.accept(item);
                    }
                },
                out);
        if (json) {
            return;
        }
        out.println(table.isEmpty() ? nothing : table.within(Screen.width()));
        if (more) {
            out.println("… and more: give a larger --limit, or --json for all.");
        }
    }

    /**
     * Goes through a list, page by page, until it ends, there are enough, or nobody reads any more, as behind {@code head}.
     *
     * @return whether there are more of them
     */
    private boolean each(
            DispatcherApi api,
            String path,
            @Nullable Predicate<JsonNode> wanted,
            Consumer<JsonNode> seen,
            PrintWriter out)
            throws InterruptedException {
        long enough = enough();
        AtomicLong count = new AtomicLong();
        AtomicBoolean more = new AtomicBoolean();
        // One more than is shown tells whether there are more. How many must be seen to find those that are wanted,
        // nobody knows.
        long seenAtMost = enough == Long.MAX_VALUE || wanted != null ? Long.MAX_VALUE : enough + 1;
        api.list(path, seenAtMost, item -> {
            if (wanted != null && !wanted.test(item)) {
                return true;
            }
            if (count.getAndIncrement() == enough) {
                more.set(true);
                return false;
            }
            seen.accept(item);
            return !(json && out.checkError());
        });
        return more.get();
    }

    private long enough() {
        if (limit == null) {
            return json ? Long.MAX_VALUE : USUAL_ROWS;
        }
        if (limit < 1) {
            throw new WrongUsage("--limit must be 1 or more, not " + limit);
        }
        return limit;
    }
}
