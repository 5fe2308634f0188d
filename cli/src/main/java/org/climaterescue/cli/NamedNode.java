package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.climaterescue.protocol.Limits;

/**
 * A node that was called by its id, or by its name where no other has it.
 *
 * @param id as paths of calls have it
 * @param words the node as it was called, with its id
 */
record NamedNode(String id, String words) {

    /** So many that have one name are told of. */
    private static final int MOST_TOLD = 10;

    private static final int NOT_FOUND = 404;

    /**
     * Asks the dispatcher who is meant.
     *
     * @throws CommandFailed when nobody is, or when several are called so, by id or by name: it tells their ids
     */
    static NamedNode find(DispatcherApi api, String called) throws InterruptedException {
        List<JsonNode> found = named(api, called);
        if (called.matches(Limits.NODE_ID) && isId(api, called)) {
            requireNoOther(called, found);
            return new NamedNode(called, called);
        }
        if (found.isEmpty()) {
            throw new CommandFailed(
                    "no node has the id or the name %s. ./rescue nodes lists them all.".formatted(Words.plain(called)));
        }
        if (found.size() > 1) {
            throw new CommandFailed("%s nodes are called %s: %s%s. Say which one by its id."
                    .formatted(
                            found.size() > MOST_TOLD ? "more than " + MOST_TOLD : Words.number(found.size()),
                            Words.plain(called),
                            found.stream()
                                    .limit(MOST_TOLD)
                                    .map(node -> "%s (%s)"
                                            .formatted(
                                                    node.path("node_id").asText(),
                                                    node.path("status").asText()))
                                    .collect(Collectors.joining(", ")),
                            found.size() > MOST_TOLD ? ", …" : ""));
        }
        String id = found.getFirst().path("node_id").asText();
        return new NamedNode(id, "%s (%s)".formatted(Words.plain(called), id));
    }

    /** The nodes of a name, one more than is told of at the most. */
    private static List<JsonNode> named(DispatcherApi api, String name) throws InterruptedException {
        List<JsonNode> found = new ArrayList<>();
        if (!name.isBlank()) {
            api.list(DispatcherApi.path("/nodes", "search", name), Long.MAX_VALUE, node -> {
                if (node.path("name").asText().equals(name)) {
                    found.add(node);
                }
                return found.size() <= MOST_TOLD;
            });
        }
        return found;
    }

    /** Where anybody may join, anybody may take another's name for an id. */
    private static void requireNoOther(String id, List<JsonNode> named) {
        for (JsonNode node : named) {
            String other = node.path("node_id").asText();
            if (!other.equals(id)) {
                throw new CommandFailed(
                        "%s is the id of one node and the name of another. Say %s if that one is meant; the dashboard tells the two apart."
                                .formatted(id, other));
            }
        }
    }

    private static boolean isId(DispatcherApi api, String called) throws InterruptedException {
        try {
            api.get("/nodes/" + DispatcherApi.encoded(called));
            return true;
        } catch (Refused refused) {
            if (refused.status() == NOT_FOUND) {
                return false;
            }
            throw refused;
        }
    }
}
