package org.climaterescue.agent.fetch;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An origin on a real socket whose files can be cut, changed and held back. */
public final class TestOrigin implements AutoCloseable {

    /** Answers one request itself. */
    public interface Answer {
        /** Sends the response. */
        void send(HttpExchange exchange) throws IOException;
    }

    /** A request as it came. */
    public record Request(String path, Map<String, String> headers) {

        /** A header's value; null when it was not sent. */
        public @Nullable String header(String name) {
            return headers.get(name.toLowerCase(java.util.Locale.ROOT));
        }
    }

    /** One file. Its members may be changed between requests. */
    public static final class File {
        /** What it holds. */
        public volatile byte[] content;

        /** Its entity tag with quotes; null for none. */
        public volatile @Nullable String etag;

        /** Its Last-Modified; null for none. */
        public volatile @Nullable String lastModified;

        /** Whether it is sent in chunks, without a length. */
        public volatile boolean chunked;

        /** Whether ranges are overlooked. */
        public volatile boolean noRanges;

        /** Whether If-Range is overlooked, so that a range is sent of whatever the file is now. */
        public volatile boolean noIfRange;

        /** After how many body bytes the next answers break off, one entry an answer. */
        public final List<Integer> cuts = new CopyOnWriteArrayList<>();

        /** Body bytes are sent only while there are permits; each is good for 64 KiB. Null: all at once. */
        public volatile @Nullable Semaphore pace;

        /** Counts the answers whose body began. */
        public final AtomicInteger begun = new AtomicInteger();

        File(byte[] content) {
            this.content = content;
            this.etag = "\"" + sha256(content).substring(0, 8) + "\"";
        }
    }

    private static final int BLOCK = 1 << 16;

    private final HttpServer server;
    private final Map<String, File> files = new ConcurrentHashMap<>();
    private final Map<String, Answer> answers = new ConcurrentHashMap<>();

    /** What was asked for, in order. */
    public final List<Request> requests = new CopyOnWriteArrayList<>();

    /** Starts on a free port of the loopback address. */
    public TestOrigin() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", this::handle);
        server.start();
    }

    /** Bytes that look like nothing else. */
    public static byte[] bytes(int length, long seed) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        return content;
    }

    /** A digest in lower-case hexadecimal. */
    public static String sha256(byte[] content) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(content));
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** Puts a file up. */
    public File serve(String path, byte[] content) {
        File file = new File(content);
        files.put(path, file);
        return file;
    }

    /** Answers a path by hand. */
    public void answer(String path, Answer answer) {
        answers.put(path, answer);
    }

    /** The URL of a path. */
    public String url(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        Map<String, String> headers = new ConcurrentHashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), values.getFirst()));
        requests.add(new Request(path, headers));
        Answer byHand = answers.get(path);
        File file = files.get(path);
        if (byHand != null) {
            byHand.send(exchange);
        } else if (file == null) {
            exchange.sendResponseHeaders(404, -1);
        } else {
            send(exchange, file);
        }
        // Not after a planned cut: closing would end a chunked body as if it were whole.
        exchange.close();
    }

    private static void send(HttpExchange exchange, File file) throws IOException {
        byte[] content = file.content;
        Headers asked = exchange.getRequestHeaders();
        Headers headers = exchange.getResponseHeaders();
        String etag = file.etag;
        String lastModified = file.lastModified;
        if (etag != null) {
            headers.set("ETag", etag);
        }
        if (lastModified != null) {
            headers.set("Last-Modified", lastModified);
        }
        headers.set("Content-Type", "text/csv");
        boolean unchanged = (etag != null && etag.equals(asked.getFirst("If-None-Match")))
                || (lastModified != null && lastModified.equals(asked.getFirst("If-Modified-Since")));
        if (unchanged) {
            exchange.sendResponseHeaders(304, -1);
            return;
        }
        String range = asked.getFirst("Range");
        String condition = asked.getFirst("If-Range");
        boolean same = condition == null || file.noIfRange || condition.equals(etag) || condition.equals(lastModified);
        int from = range == null || file.noRanges || !same
                ? 0
                : Integer.parseInt(range.replaceAll("bytes=(\\d+)-.*", "$1"));
        if (from > 0 && from >= content.length) {
            headers.set("Content-Range", "bytes */" + content.length);
            exchange.sendResponseHeaders(416, -1);
            return;
        }
        if (from > 0) {
            headers.set("Content-Range", "bytes " + from + "-" + (content.length - 1) + "/" + content.length);
        }
        int length = content.length - from;
        exchange.sendResponseHeaders(from > 0 ? 206 : 200, file.chunked ? 0 : length == 0 ? -1 : length);
        file.begun.incrementAndGet();
        if (length > 0) {
            int cut = file.cuts.isEmpty() ? length : Math.min(length, file.cuts.removeFirst());
            sendBody(exchange, file, content, from, cut);
            if (cut < length) {
                // The server closes the connection of a handler that fails.
                throw new IOException("cut as planned");
            }
        }
    }

    private static void sendBody(HttpExchange exchange, File file, byte[] content, int from, int length)
            throws IOException {
        OutputStream out = exchange.getResponseBody();
        for (int done = 0; done < length; done += BLOCK) {
            Semaphore pace = file.pace;
            if (pace != null) {
                pace.acquireUninterruptibly();
            }
            out.write(content, from + done, Math.min(BLOCK, length - done));
            out.flush();
        }
    }
}
