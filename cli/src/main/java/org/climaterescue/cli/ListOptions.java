package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import picocli.CommandLine.Option;

/** How a list is printed, and how much of it. */
final class ListOptions {

    @Option(names = "--limit", paramLabel = "N", description = "Ends after so many.")
    private long limit = Long.MAX_VALUE;

    @Option(names = "--json", description = "Prints one JSON object a line, as the dispatcher has it.")
    private boolean json;

    /** Whether programs read it. */
    boolean json() {
        return json;
    }

    /**
     * Goes through a list, page by page, until it ends, there are enough, or nobody reads any more, as behind {@code head}.
     *
     * @param path as in {@link DispatcherApi#list}
     * @param wanted which items
     * @return whether there are more of them
     */
    boolean each(
            DispatcherApi api, String path, Predicate<JsonNode> wanted, DispatcherApi.Visitor visitor, PrintWriter out)
            throws InterruptedException {
        requirePositive();
        AtomicLong count = new AtomicLong();
        AtomicBoolean more = new AtomicBoolean();
        api.list(path, item -> {
            if (!wanted.test(item)) {
                return true;
            }
            if (count.getAndIncrement() == limit) {
                more.set(true);
                return false;
            }
            return visitor.visit(item) && !(json && out.checkError());
        });
        return more.get();
    }

    /** The first of a list that is there. */
    <T> List<T> first(List<T> all) {
        requirePositive();
        return all.stream().limit(limit).toList();
    }

    /** Prints a table for people, as wide as their terminal, or else that there is nothing. */
    static void print(Table table, String nothing, boolean more, PrintWriter out) {
        out.println(table.isEmpty() ? nothing : table.within(Screen.width()));
        printWhether(more, out);
    }

    /** Says whether there is more. */
    static void printWhether(boolean more, PrintWriter out) {
        if (more) {
            out.println("… and more: give a larger --limit, or none.");
        }
    }

    private void requirePositive() {
        if (limit < 1) {
            throw new WrongUsage("--limit must be 1 or more, not " + limit);
        }
    }
}
