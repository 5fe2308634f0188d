package org.climaterescue.cli;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.climaterescue.agent.AgentConfig;
import org.climaterescue.agent.AgentException;
import org.climaterescue.agent.AgentListener;
import org.climaterescue.agent.NodeAgent;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.mock.Content;
import org.climaterescue.mock.MockOrigin;
import org.climaterescue.mock.MockPriorizer;
import org.climaterescue.mock.SampleCatalog;
import org.jspecify.annotations.Nullable;

/** Everything that a demo runs: the world outside, a dispatcher with a database of its own, three nodes of three operators. */
final class DemoWorld {

    /** How many copies of each file are wanted. */
    static final int COPIES = 2;

    private static final long CAPACITY_BYTES = 2_000_000_000;
    private static final int SLOTS = 3;

    private final Path directory;
    private final MockOrigin origin;
    private final SampleCatalog catalog;
    private final MockPriorizer priorizer;
    private final URI dispatcher;
    private final List<Node> nodes = new ArrayList<>();

    private DemoWorld(
            Path directory, MockOrigin origin, SampleCatalog catalog, MockPriorizer priorizer, URI dispatcher) {
        this.directory = directory;
        this.origin = origin;
        this.catalog = catalog;
        this.priorizer = priorizer;
        this.dispatcher = dispatcher;
    }

    /**
     * One node of the demo.
     *
     * @param directory where it keeps its files
     */
    record Node(String name, String operator, String region, Path directory, NodeAgent agent) {

        /** Its id; empty as long as it has not registered. */
        String id() {
            return agent.nodeId().orElse("");
        }
    }

    /** Starts a dispatcher. */
    interface DispatcherStart {

        /**
         * Returns where it answers.
         *
         * @param settings as in the environment of {@code rescue up}
         */
        URI start(Map<String, String> settings) throws Exception;
    }

    /** Starts all but the nodes, the dispatcher in this process. */
    static DemoWorld start(int port, Closing parts) throws Exception {
        return start(
                port, settings -> parts.start(() -> Dispatcher.start(settings)).uri(), parts);
    }

    /**
     * Starts all but the nodes.
     *
     * @param port of the dispatcher; 0 takes a free one
     * @param parts takes charge of everything that is started here
     */
    static DemoWorld start(int port, DispatcherStart dispatcher, Closing parts) throws Exception {
        Path directory = Files.createTempDirectory("rescue-demo-");
        parts.start(() -> (AutoCloseable) () -> delete(directory));
        MockOrigin origin = parts.start(MockOrigin::start);
        MockPriorizer priorizer = parts.start(MockPriorizer::start);
        URI uri = dispatcher.start(settings(port, database(directory), priorizer.url()));
        SampleCatalog catalog = SampleCatalog.serveOn(origin);
        return new DemoWorld(directory, origin, catalog, priorizer, uri);
    }

    /**
     * The priorizer ranks the catalog's files: the last one first, so that the ranking is seen to count. Before the catalog is imported
     * they would become tasks of no catalog.
     */
    void rank() {
        priorizer.rank(catalog.assets().reversed());
    }

    /** Starts the three nodes; they begin to work at once. */
    void startAgents(Closing parts) throws Exception {
        startAgent("tromso", "City archive", "Norway", parts);
        startAgent("nairobi", "University library", "Kenya", parts);
        startAgent("valparaiso", "Makerspace", "Chile", parts);
    }

    URI dispatcher() {
        return dispatcher;
    }

    /** The data directory of the dispatcher. */
    Path database() {
        return database(directory);
    }

    private static Path database(Path directory) {
        return directory.resolve("database");
    }

    SampleCatalog catalog() {
        return catalog;
    }

    List<Node> nodes() {
        return nodes;
    }

    /** The catalog's file, as somebody would have downloaded it. */
    byte[] catalogFile() throws IOException {
        Content file = origin.file(SampleCatalog.PATH).content();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        file.writeTo(bytes, 0, file.size());
        return bytes.toByteArray();
    }

    private void startAgent(String name, String operator, String region, Closing parts) throws Exception {
        Path files = directory.resolve(name);
        NodeAgent agent = parts.start(() -> agent(name, operator, region, files));
        nodes.add(new Node(name, operator, region, files, agent));
    }

    private NodeAgent agent(String name, String operator, String region, Path files) throws AgentException {
        // The origin is at a loopback address, which a node would refuse otherwise.
        boolean allowPrivate = true;
        return NodeAgent.start(
                new AgentConfig(
                        dispatcher, files, name, operator, region, CAPACITY_BYTES, SLOTS, null, null, allowPrivate),
                AgentListener.NONE);
    }

    /** Pauses are short, so that what goes wrong on purpose is over soon. What the user has set does not reach in here. */
    private static Map<String, String> settings(int port, Path database, URI priorizer) {
        Map<String, String> settings = new HashMap<>();
        settings.put("DISPATCHER_HOST", "127.0.0.1");
        settings.put("DISPATCHER_PORT", Integer.toString(port));
        settings.put("RESCUE_DATA_DIR", database.toString());
        settings.put("PRIORIZER_URL", priorizer.toString());
        // Only when the demo asks, or it may share a refresh that began before the priorizer had a ranking.
        settings.put("RESCUE_PRIORIZER_REFRESH", "0");
        settings.put("RESCUE_COPIES", Integer.toString(COPIES));
        settings.put("RESCUE_HOST_CONNECTIONS", "6");
        settings.put("RESCUE_RETRY_BASE", "500ms");
        settings.put("RESCUE_HEARTBEAT", "2s");
        settings.put("RESCUE_UNKNOWN_SIZE_MB", "20");
        settings.put("RESCUE_ALLOW_PRIVATE", "true");
        settings.put("LOG_LEVEL", Objects.requireNonNullElse(fromUser("LOG_LEVEL"), "ERROR"));
        for (String kept : new String[] {"MOCK_DATA_PATH", "DEBUG"}) {
            String value = fromUser(kept);
            if (value != null) {
                settings.put(kept, value);
            }
        }
        return settings;
    }

    private static @Nullable String fromUser(String variable) {
        return System.getenv(variable);
    }

    private static void delete(Path directory) throws IOException {
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                Files.deleteIfExists(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
