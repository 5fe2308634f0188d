package org.climaterescue.agent;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.climaterescue.protocol.AssignedTask;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.DispatchResponse;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.NodeWelcome;
import org.climaterescue.protocol.Problem;
import org.climaterescue.protocol.Release;
import org.climaterescue.protocol.StopReason;
import org.climaterescue.protocol.TaskStatus;
import org.climaterescue.protocol.Verification;
import org.jspecify.annotations.Nullable;

/** Speaks the contract to nodes over HTTP and notes what they say. Its memory outlives {@link #goAway}. */
final class DispatcherDouble implements AutoCloseable {

    /** A call that reports about an assignment. */
    record Report<T>(String assignmentId, T body) {}

    /** A call for work; over when its node has signed off meanwhile. */
    private record Waiting(Thread thread, AtomicBoolean over) {}

    final BlockingQueue<NodeRegistration> registrations = new LinkedBlockingQueue<>();
    final BlockingQueue<DispatchRequest> polls = new LinkedBlockingQueue<>();
    final BlockingQueue<Heartbeat> heartbeats = new LinkedBlockingQueue<>();
    final BlockingQueue<Report<Completion>> completions = new LinkedBlockingQueue<>();
    final BlockingQueue<Report<Failure>> failures = new LinkedBlockingQueue<>();
    final BlockingQueue<Report<Release>> releases = new LinkedBlockingQueue<>();
    final BlockingQueue<String> signedOff = new LinkedBlockingQueue<>();

    /** What the next heartbeats tell nodes to stop. */
    final Queue<Heartbeat.Stop> stops = new ConcurrentLinkedQueue<>();

    /** Whom it knows, with their tokens. */
    final Map<String, String> tokens = new ConcurrentHashMap<>();

    /** The key that new nodes must name; null for an open house. */
    volatile @Nullable String joinKey;

    /** The status that completions are answered with; 200 counts them. */
    volatile int completionStatus = 200;

    /** How it says that nodes stand. */
    volatile NodeStatus nodeStatus = NodeStatus.ACTIVE;

    /** How often it wants to hear from nodes. */
    volatile long heartbeatSeconds = 1;

    private final BlockingQueue<AssignedTask> ready = new LinkedBlockingQueue<>();
    private final Map<String, Waiting> waiting = new ConcurrentHashMap<>();
    private final Set<String> gone = ConcurrentHashMap.newKeySet();
    private final AtomicInteger numbers = new AtomicInteger();
    private final int port;
    private HttpServer server;

    DispatcherDouble() throws IOException {
        server = listen(0);
        port = server.getAddress().getPort();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** Puts a task up and returns the id of the assignment that it will be given as. */
    String give(String taskId, String url, @Nullable Long sizeBytes, @Nullable String sha256) {
        String assignment = "a-" + numbers.incrementAndGet();
        ready.add(new AssignedTask(assignment, taskId, url, null, null, sizeBytes, 5, sha256, 1, 60, null));
        return assignment;
    }

    void goAway() {
        server.stop(0);
    }

    void comeBack() throws IOException {
        server = listen(port);
    }

    static <T> T next(BlockingQueue<T> queue) throws InterruptedException {
        T item = queue.poll(15, TimeUnit.SECONDS);
        if (item == null) {
            throw new AssertionError("nothing came within 15 s");
        }
        return item;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private HttpServer listen(int at) throws IOException {
        HttpServer fresh = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), at), 0);
        fresh.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        fresh.createContext("/", this::handle);
        fresh.start();
        return fresh;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String[] path = exchange.getRequestURI().getPath().substring(1).split("/");
            byte[] body = exchange.getRequestBody().readAllBytes();
            String last = path[path.length - 1];
            switch (exchange.getRequestMethod() + " " + path[0] + " " + last) {
                case "POST nodes nodes" -> register(exchange, read(body, NodeRegistration.class));
                case "POST dispatch dispatch" -> dispatch(exchange, read(body, DispatchRequest.class));
                case "POST assignments complete" -> {
                    completions.add(new Report<>(path[1], read(body, Completion.class)));
                    if (completionStatus == 200) {
                        answer(
                                exchange,
                                200,
                                new Completion.Result(Verification.UNVERIFIED, TaskStatus.REPLICATING, 1, 3, false));
                    } else {
                        refuse(exchange, completionStatus, "lease_lost");
                    }
                }
                case "POST assignments fail" -> {
                    failures.add(new Report<>(path[1], read(body, Failure.class)));
                    answer(exchange, 200, new Failure.Result(TaskStatus.PENDING, null));
                }
                case "POST assignments release" -> {
                    releases.add(new Report<>(path[1], read(body, Release.class)));
                    answer(exchange, 200, new Release.Result(TaskStatus.PENDING));
                }
                default -> aboutNode(exchange, path, body);
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private void register(HttpExchange exchange, NodeRegistration registration) throws IOException {
        registrations.add(registration);
        String id = registration.nodeId() == null ? "n-" + numbers.incrementAndGet() : registration.nodeId();
        String known = tokens.get(id);
        String credential = credential(exchange);
        if (joinKey != null && !credential.equals(joinKey) && !credential.equals(known)) {
            refuse(exchange, known == null ? 401 : 403, "unauthorized");
            return;
        }
        String token = known == null ? "token-of-" + id : known;
        tokens.put(id, token);
        gone.remove(id);
        answer(
                exchange,
                known == null ? 201 : 200,
                new NodeWelcome(id, token, heartbeatSeconds, 60, NodeStatus.ACTIVE));
    }

    private void dispatch(HttpExchange exchange, DispatchRequest request) throws IOException, InterruptedException {
        if (!isKnown(exchange, request.nodeId())) {
            return;
        }
        polls.add(request);
        List<AssignedTask> given = new ArrayList<>();
        AssignedTask first;
        Waiting call = new Waiting(Thread.currentThread(), new AtomicBoolean());
        waiting.put(request.nodeId(), call);
        try {
            // Neither a call that was on its way while its node signed off nor one that waited by then takes what the
            // next one is to get.
            first = gone.contains(request.nodeId()) ? null : ready.poll(request.patience(), TimeUnit.SECONDS);
        } finally {
            waiting.remove(request.nodeId());
        }
        if (first != null && call.over().get()) {
            ready.add(first);
        } else if (first != null) {
            given.add(first);
            ready.drainTo(given, request.wanted() - 1);
        }
        answer(
                exchange,
                200,
                new DispatchResponse("success", "", request, new DispatchResponse.Batch(given, "", nodeStatus)));
    }

    private void aboutNode(HttpExchange exchange, String[] path, byte[] body) throws IOException {
        if (!path[0].equals("nodes") || !isKnown(exchange, path[1])) {
            return;
        }
        if (exchange.getRequestMethod().equals("DELETE")) {
            signedOff.add(path[1]);
            gone.add(path[1]);
            Waiting poll = waiting.get(path[1]);
            if (poll != null) {
                poll.over().set(true);
                poll.thread().interrupt();
            }
            exchange.sendResponseHeaders(204, -1);
            return;
        }
        Heartbeat heartbeat = read(body, Heartbeat.class);
        heartbeats.add(heartbeat);
        List<Heartbeat.Stop> stop = new ArrayList<>();
        Heartbeat.Stop next;
        while ((next = stops.poll()) != null) {
            stop.add(next);
        }
        answer(exchange, 200, new Heartbeat.Answer(nodeStatus, List.of(), stop));
    }

    private boolean isKnown(HttpExchange exchange, String nodeId) throws IOException {
        String token = tokens.get(nodeId);
        if (token == null || !token.equals(credential(exchange))) {
            refuse(exchange, token == null ? 404 : 403, "not_found");
            return false;
        }
        return true;
    }

    void stop(String assignmentId, StopReason reason) {
        stops.add(new Heartbeat.Stop(assignmentId, reason));
    }

    private static String credential(HttpExchange exchange) {
        String header = exchange.getRequestHeaders().getFirst("Authorization");
        return header == null ? "" : header.replaceFirst("^Bearer ", "");
    }

    private static <T> T read(byte[] body, Class<T> type) throws IOException {
        return Json.mapper().readValue(body, type);
    }

    private static void refuse(HttpExchange exchange, int status, String code) throws IOException {
        answer(
                exchange,
                status,
                new Problem("about:blank", "Refused", status, "refused on purpose", code, null, Map.of()));
    }

    private static void answer(HttpExchange exchange, int status, Object body) throws IOException {
        byte[] json = Json.mapper().writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length);
        exchange.getResponseBody().write(json);
    }
}
