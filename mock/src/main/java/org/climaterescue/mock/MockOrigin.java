package org.climaterescue.mock;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Arrays;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * An origin server whose files are known to the byte and that fails as planned. It answers {@code GET} and {@code HEAD} with
 * {@code ETag}, {@code Last-Modified}, ranges and conditions as RFC 9110 has them ({@code POST} is answered like
 * {@code GET}), and counts what it is asked.
 *
 * <p>{@code
 * origin.serve("/sst.nc", Content.seeded(7, 2_000_000)).as("application/x-netcdf").failing(Fault.cutAfter(1000), 2);
 * }
 */
public final class MockOrigin implements AutoCloseable {

    private final HttpServer server;
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private final Map<String, MockFile> files = new ConcurrentHashMap<>();
    private final Load load = new Load();

    private MockOrigin(InetSocketAddress address) throws IOException {
        server = HttpServer.create(address, 0);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    /** Starts on a free port of the loopback address. */
    public static MockOrigin start() throws IOException {
        return start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    }

    /**
     * Starts on this address; port 0 takes a free one.
     *
     * @throws IOException when the address is taken or not ours
     */
    public static MockOrigin start(InetSocketAddress address) throws IOException {
        return new MockOrigin(address);
    }

    /** Puts a file at a path (with its slash, as it stands in the URL), instead of what stood there. */
    public MockFile serve(String path, Content content) {
        MockFile file = new MockFile(path, content);
        files.put(path, file);
        return file;
    }

    /** The file at a path; {@link NoSuchElementException} when there is none. */
    public MockFile file(String path) {
        MockFile file = files.get(path);
        if (file == null) {
            throw new NoSuchElementException("nothing is served at " + path);
        }
        return file;
    }

    /** Whether a file stands at a path. */
    public boolean serves(String path) {
        return files.containsKey(path);
    }

    /** Takes a path away: 404 from now on. */
    public void remove(String path) {
        files.remove(path);
    }

    /** Where a path of this origin is found from this machine. */
    public URI url(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    /** The port that it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    /** What was asked of all paths together, unknown ones too. */
    public Load load() {
        return load;
    }

    /** Stops at once; open connections break. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        MockFile file = files.get(exchange.getRequestURI().getRawPath());
        Visit visit = new Visit(load, file == null ? new Load() : file.load());
        try {
            if (file == null) {
                refuse(exchange, visit, 404);
            } else {
                switch (exchange.getRequestMethod()) {
                    case "GET", "POST" -> answer(exchange, visit, file.next(true));
                    case "HEAD" -> answer(exchange, visit, file.next(false));
                    default -> refuse(exchange, visit, 405);
                }
            }
        } finally {
            visit.end();
            exchange.close();
        }
    }

    private static void answer(HttpExchange exchange, Visit visit, MockFile.Answer answer) throws IOException {
        pause(answer.delayMillis());
        Headers told = exchange.getResponseHeaders();
        if (answer.instead() instanceof Fault.Status(int status, Long retryAfterSeconds)) {
            if (retryAfterSeconds != null) {
                told.set("Retry-After", retryAfterSeconds.toString());
            }
            refuse(exchange, visit, status);
        } else if (answer.instead() instanceof Fault.Redirect(String to)) {
            told.set("Location", to);
            refuse(exchange, visit, 302);
        } else {
            send(exchange, visit, answer);
        }
    }

    private static void send(HttpExchange exchange, Visit visit, MockFile.Answer answer) throws IOException {
        Headers asked = exchange.getRequestHeaders();
        Headers told = exchange.getResponseHeaders();
        long size = answer.content().size();
        told.set("ETag", answer.etag());
        told.set("Last-Modified", answer.lastModified());
        told.set("Accept-Ranges", "bytes");
        if (matches(asked.getFirst("If-None-Match"), answer.etag())) {
            refuse(exchange, visit, 304);
            return;
        }
        told.set("Content-Type", answer.contentType());
        boolean get = exchange.getRequestMethod().equals("GET");
        ByteRange range = get && stillTheSame(asked.getFirst("If-Range"), answer)
                ? ByteRange.parse(asked.getFirst("Range"), size)
                : null;
        if (range != null) {
            told.set("Content-Range", range.of(size));
            if (!range.satisfiable()) {
                refuse(exchange, visit, 416);
                return;
            }
        }
        ByteRange part = range == null ? new ByteRange(0, size) : range;
        boolean head = exchange.getRequestMethod().equals("HEAD");
        if (head || part.length() == 0) {
            if (!answer.unsized()) {
                told.set("Content-Length", Long.toString(size));
            }
            refuse(exchange, visit, 200);
            return;
        }
        exchange.sendResponseHeaders(range == null ? 200 : 206, answer.unsized() ? 0 : part.length());
        try (OutputStream out = exchange.getResponseBody()) {
            OutputStream counted = new CountedStream(out, visit);
            answer.content().writeTo(new FaultyBody(counted, answer, part, visit::end), part.first(), part.length());
        }
    }

    /** Answers with the headers alone. */
    private static void refuse(HttpExchange exchange, Visit visit, int status) throws IOException {
        visit.end();
        exchange.sendResponseHeaders(status, -1);
    }

    /** RFC 9110, 13.1.2: a weak comparison with any of the tags. */
    private static boolean matches(@Nullable String ifNoneMatch, String etag) {
        return ifNoneMatch != null
                && Arrays.stream(ifNoneMatch.split(","))
                        .map(tag -> tag.strip().replaceFirst("^W/", ""))
                        .anyMatch(tag -> tag.equals("*") || tag.equals(etag));
    }

    /** RFC 9110, 13.1.5: a range counts only of the file that the client knows; a weak tag never does. */
    private static boolean stillTheSame(@Nullable String ifRange, MockFile.Answer answer) {
        return ifRange == null || ifRange.equals(answer.etag()) || ifRange.equals(answer.lastModified());
    }

    private static void pause(long millis) throws InterruptedIOException {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException stopping) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the origin is stopping");
        }
    }

    /** One request, counted at the file and at the origin from its arrival until its last bytes leave. */
    private static final class Visit {
        private final Load whole;
        private final Load one;
        private final AtomicBoolean ended = new AtomicBoolean();

        private Visit(Load whole, Load one) {
            this.whole = whole;
            this.one = one;
            whole.began();
            one.began();
        }

        private void sent(int bytes) {
            whole.sent(bytes);
            one.sent(bytes);
        }

        private void end() {
            if (!ended.getAndSet(true)) {
                whole.ended();
                one.ended();
            }
        }
    }

    private static final class CountedStream extends OutputStream {
        private final OutputStream out;
        private final Visit visit;

        private CountedStream(OutputStream out, Visit visit) {
            this.out = out;
            this.visit = visit;
        }

        @Override
        public void write(int b) throws IOException {
            out.write(b);
            visit.sent(1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            out.write(bytes, offset, length);
            visit.sent(length);
        }

        @Override
        public void flush() throws IOException {
            out.flush();
        }
    }
}
