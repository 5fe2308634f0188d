package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** A whole rescue with real parts: an origin that fails as planned, a database, a dispatcher, three nodes and their disks. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // set once, before the first test
class DemoTest {

    @TempDir
    private static Path dir;

    private final Closing parts = new Closing();
    private final StringWriter out = new StringWriter();
    private DemoWorld world;
    private DispatcherApi api;
    private boolean right;

    @BeforeAll
    void rescueTheSampleCatalog() throws Exception {
        world = DemoWorld.start(0, parts);
        api = parts.start(() -> new DispatcherApi(world.dispatcher(), null));
        right = DemoCommand.rescue(world, parts, new PrintWriter(out));
    }

    @AfterAll
    void stop() throws Exception {
        parts.close();
        assertThat(world.nodes())
                .allSatisfy(node -> assertThat(node.directory()).doesNotExist());
    }

    @Test
    @Order(1)
    void everyFileIsRescuedButTheOneThatIsGone() {
        assertThat(right).as(out.toString()).isTrue();
        int files = world.catalog().assets().size();
        assertThat(out.toString())
                .contains(files - 1 + " files rescued, 2 copies of each: " + 2 * (files - 1) + " copies")
                .contains("Not rescued: ", "gone (HTTP 404)")
                .contains("Every copy was read again from its disk and has the digest of the original.")
                .contains("tromso", "nairobi", "valparaiso")
                .doesNotContain("WRONG");
    }

    @Test
    @Order(1)
    void whatThePriorizerRankedFirstWasGivenOutFirst() throws Exception {
        assertThat(out.toString())
                .contains("The priorizer ranked %d files"
                        .formatted(world.catalog().assets().size()));
        Map<Integer, Instant> byRank = new TreeMap<>();
        for (JsonNode task : api.get("/tasks?limit=1000&status=rescued").path("items")) {
            JsonNode whole = api.get("/tasks/" + task.path("task_id").asText());
            byRank.put(
                    whole.path("rank").asInt(),
                    Instant.parse(whole.at("/assignments/0/assigned_at").asText()));
        }
        List<Instant> inTime = byRank.values().stream().sorted().toList();
        // What goes out in one round has no order in time, and that is as much as the origin stands: six. So of the
        // first five
        // none can come after the tenth.
        assertThat(inTime.subList(0, 10))
                .containsAll(byRank.values().stream().limit(5).toList());
    }

    @Test
    @Order(2)
    void theSameCatalogAgainAddsNothing() throws IOException {
        Path file = Files.write(dir.resolve("data.json"), world.catalogFile());

        Run run = Run.rescue(
                "import",
                file.toString(),
                "--name",
                "sample",
                "--dispatcher",
                world.dispatcher().toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("Added", "Unchanged", "imported")
                .containsPattern(" 0 +0 +" + world.catalog().assets().size() + " ");
    }

    @Test
    @Order(3)
    void aBrokenCatalogFailsAndSaysWhere() throws IOException {
        Path file = Files.writeString(dir.resolve("broken.json"), "{\"dataset\": [{\"title\": ");

        Run run = Run.rescue(
                "import", file.toString(), "--dispatcher", world.dispatcher().toString());

        assertThat(run.code()).isOne();
        assertThat(run.out()).contains("could not be read to its end");
        assertThat(run.err().strip()).hasLineCount(1).startsWith("rescue import: the import of c-");
    }

    @Test
    @Order(4)
    void statusShowsTasksHostsAndNodes() {
        Run run = Run.rescue("status", "--dispatcher", world.dispatcher().toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out())
                .contains("rescued", "failed", "Copies: 100", "Queue:", "127.0.0.1:")
                .contains("tromso", "City archive", "nairobi", "valparaiso", "active");
    }

    @Test
    @Order(5)
    void statusAsJsonIsTheAnswerOfTheDispatcher() {
        Run run = Run.rescue(
                "status", "--json", "--dispatcher", world.dispatcher().toString());

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().strip()).startsWith("{").endsWith("}").contains("\"by_host\"");
    }

    @Test
    @Order(6)
    void oneWrongByteOnOneDiskIsFound() throws Exception {
        DemoWorld.Node node = world.nodes().getFirst();
        Path victim = anyFile(node.directory());
        byte[] bytes = Files.readAllBytes(victim);
        bytes[bytes.length / 2] ^= 1;
        assertThat(victim.toFile().setWritable(true)).isTrue();
        Files.write(victim, bytes);

        DemoReport report = DemoReport.of(api, world);
        StringWriter printed = new StringWriter();
        report.print(Duration.ZERO, new PrintWriter(printed));

        assertThat(report.isRight()).isFalse();
        assertThat(printed.toString()).contains("WRONG", "no such file on the disk of " + node.name());
    }

    @Test
    @Order(7)
    void theDoctorFindsNothing() {
        Run run = Run.rescue("doctor", "--data-dir", world.database().toString());

        assertThat(run.code()).as(run.out()).isZero();
    }

    /** A file of the catalog as the node stores it. */
    private static Path anyFile(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.toString().endsWith(".csv.gz"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
