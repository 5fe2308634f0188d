package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.climaterescue.mock.load.LoadTest;
import org.climaterescue.mock.load.Workload;

/** Keeps load tests away from dispatchers that hold a rescue: looks for a task or a node that is not a load test's. */
final class LoadTestGuard {

    private static final int PAGE = 1000;

    private LoadTestGuard() {}

    /**
     * Passes a dispatcher that has never seen anything but load tests.
     *
     * @throws CommandFailed otherwise, with an example of what is there
     */
    static void requireNoRescue(DispatcherApi api) throws InterruptedException {
        Optional<String> host =
                first(api, "/hosts", item -> item.path("host").asText(), name -> !name.endsWith(Workload.HOSTS));
        Optional<String> node =
                first(api, "/nodes", item -> item.path("node_id").asText(), id -> !id.startsWith(LoadTest.NODES));
        if (host.isPresent() || node.isPresent()) {
            String what = host.map(name -> "tasks of " + name).orElseGet(() -> "the node " + node.orElseThrow());
            throw new CommandFailed(
                    ("%s holds a rescue, for example %s. A load test would take its time and leave thousands of"
                                    + " finished tasks behind, so use a dispatcher of its own: RESCUE_DATA_DIR=/tmp/loadtest"
                                    + " DISPATCHER_PORT=8002 ./rescue up. If this one is meant, say --yes.")
                            .formatted(api.base(), what));
        }
    }

    private static Optional<String> first(
            DispatcherApi api, String list, Function<JsonNode, String> name, Predicate<String> real)
            throws InterruptedException {
        String cursor = "";
        do {
            JsonNode page = api.get(list + "?limit=" + PAGE + cursor);
            for (JsonNode item : page.path("items")) {
                if (real.test(name.apply(item))) {
                    return Optional.of(name.apply(item));
                }
            }
            cursor = page.has("next_cursor")
                    ? "&cursor=" + page.path("next_cursor").asText()
                    : "";
        } while (!cursor.isEmpty());
        return Optional.empty();
    }
}
