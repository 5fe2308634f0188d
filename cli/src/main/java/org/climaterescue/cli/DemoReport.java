package org.climaterescue.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.climaterescue.mock.SampleCatalog.Asset;
import org.climaterescue.protocol.Sha256;

/**
 * What a demo has rescued, held against the truth: what the dispatcher says of each file, and the bytes on the nodes' disks,
 * which are read and digested once more.
 */
final class DemoReport {

    private final List<String> wrong = new ArrayList<>();
    private final Map<String, Line> datasets = new LinkedHashMap<>();
    private final Map<DemoWorld.Node, Line> nodes = new LinkedHashMap<>();
    private final List<String> lost = new ArrayList<>();
    private final Line all = new Line();

    private DemoReport() {}

    /** Asks the dispatcher for every task and reads every disk. */
    static DemoReport of(DispatcherApi api, DemoWorld world) throws InterruptedException, IOException {
        DemoReport report = new DemoReport();
        Map<String, JsonNode> tasks = tasks(api);
        Map<String, DemoWorld.Node> byId = new HashMap<>();
        Map<DemoWorld.Node, Set<String>> disks = new HashMap<>();
        for (DemoWorld.Node node : world.nodes()) {
            byId.put(node.id(), node);
            disks.put(node, digests(node.directory()));
            report.nodes.put(node, new Line());
        }
        for (Asset asset : world.catalog().assets()) {
            JsonNode task = tasks.get(asset.url().toString());
            if (task == null) {
                report.wrong.add(asset.path() + ": the dispatcher has no task for it");
            } else if (asset.gone()) {
                report.addLost(asset, task, byId);
            } else {
                report.addRescued(asset, task, byId, disks);
            }
        }
        return report;
    }

    /** Whether every file ended as it had to and every byte on every disk is right. */
    boolean isRight() {
        return wrong.isEmpty();
    }

    /** Prints the tables and the verdict. */
    void print(Duration took, PrintWriter out) {
        Table byDataset = new Table()
                .words("Dataset")
                .numbers("Files")
                .numbers("Copies")
                .numbers("Size")
                .words("Where");
        datasets.forEach(
                (title, line) -> byDataset.row(title, line.files, line.copies, Words.size(line.bytes), line.where()));
        out.println(byDataset);
        out.println();
        Table byNode = new Table()
                .words("Node")
                .words("Operator")
                .words("Region")
                .numbers("Copies")
                .numbers("Size")
                .words("Directory");
        nodes.forEach((node, line) -> byNode.row(
                node.name(), node.operator(), node.region(), line.copies, Words.size(line.bytes), node.directory()));
        out.println(byNode);
        out.println();
        lost.forEach(out::println);
        wrong.forEach(line -> out.println("WRONG  " + line));
        out.println("%s rescued, %s copies of each: %s, %s, in %s."
                .formatted(
                        Words.count(all.files, "file"),
                        DemoWorld.COPIES,
                        Words.count(all.copies, "copy", "copies"),
                        Words.size(all.bytes),
                        Words.time(took)));
        out.println(
                isRight()
                        ? "Every copy was read again from its disk and has the digest of the original."
                        : "Something is wrong, see above.");
        out.flush();
    }

    private void addRescued(
            Asset asset, JsonNode task, Map<String, DemoWorld.Node> byId, Map<DemoWorld.Node, Set<String>> disks) {
        String truth = asset.content().sha256();
        if (!task.path("status").asText().equals("rescued")) {
            wrong.add(asset.path() + ": " + Words.standing(task.path("status").asText()) + " and is not rescued; "
                    + errors(task, byId));
        }
        Line dataset = datasets.computeIfAbsent(asset.dataset(), title -> new Line());
        int right = 0;
        for (JsonNode copy : task.path("copies")) {
            DemoWorld.Node node = byId.get(copy.path("node_id").asText());
            if (node == null) {
                wrong.add(asset.path() + ": a copy at an unknown node " + copy.path("node_id"));
            } else if (!copy.path("sha256").asText().equals(truth)) {
                wrong.add(asset.path() + ": " + node.name() + " reported another digest");
            } else if (!disks.getOrDefault(node, Set.of()).contains(truth)) {
                wrong.add(asset.path() + ": no such file on the disk of " + node.name());
            } else {
                right++;
                for (Line line : List.of(dataset, all, nodes.computeIfAbsent(node, none -> new Line()))) {
                    line.add(node, asset.content().size());
                }
            }
        }
        if (right >= DemoWorld.COPIES) {
            dataset.files++;
            all.files++;
        } else {
            wrong.add("%s: %s instead of %d"
                    .formatted(asset.path(), Words.count(right, "right copy", "right copies"), DemoWorld.COPIES));
        }
    }

    private void addLost(Asset asset, JsonNode task, Map<String, DemoWorld.Node> byId) {
        if (!task.path("status").asText().equals("failed")
                || task.path("errors").isEmpty()) {
            wrong.add(asset.path() + ": is gone at its origin, but the task is "
                    + task.path("status").asText() + " with "
                    + Words.count(task.path("errors").size(), "error"));
        }
        lost.add("Not rescued: " + asset.url() + " (" + asset.title() + "); " + errors(task, byId));
    }

    private static String errors(JsonNode task, Map<String, DemoWorld.Node> byId) {
        List<String> errors = new ArrayList<>();
        for (JsonNode error : task.path("errors")) {
            DemoWorld.Node node = byId.get(error.path("node_id").asText());
            String http = error.has("http_status")
                    ? " (HTTP " + error.path("http_status").asText() + ")"
                    : "";
            errors.add((node == null ? "somebody" : node.name()) + ": "
                    + error.path("reason").asText() + http);
        }
        return errors.isEmpty() ? "no error was reported" : String.join(", ", errors);
    }

    private static Map<String, JsonNode> tasks(DispatcherApi api) throws InterruptedException {
        Map<String, JsonNode> tasks = new HashMap<>();
        for (JsonNode item : api.get("/tasks?limit=1000").path("items")) {
            JsonNode task = api.get("/tasks/" + item.path("task_id").asText());
            tasks.put(task.path("dataset_url").asText(), task);
        }
        return tasks;
    }

    /** The digest of every file under a node's directory, but for what the node keeps about itself. */
    private static Set<String> digests(Path directory) throws IOException {
        Set<String> digests = new HashSet<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)
                    .filter(file -> !directory.relativize(file).startsWith(".rescue"))::iterator) {
                digests.add(sha256(file));
            }
        }
        return digests;
    }

    private static String sha256(Path file) throws IOException {
        try (InputStream bytes = Files.newInputStream(file)) {
            MessageDigest digest = Sha256.start();
            new DigestInputStream(bytes, digest).transferTo(OutputStream.nullOutputStream());
            return Sha256.of(digest.digest()).hex();
        }
    }

    /** Sums of one row. */
    private static final class Line {
        private int files;
        private int copies;
        private long bytes;
        private final Map<String, Integer> holders = new TreeMap<>();

        private void add(DemoWorld.Node node, long size) {
            copies++;
            bytes += size;
            holders.merge(node.name(), 1, Integer::sum);
        }

        private String where() {
            return holders.entrySet().stream()
                    .map(holder -> holder.getKey() + " " + holder.getValue())
                    .collect(Collectors.joining(", "));
        }
    }
}
