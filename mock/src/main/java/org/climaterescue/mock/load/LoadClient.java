package org.climaterescue.mock.load;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.DefaultHttpRequestRetryStrategy;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpRequest;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.climaterescue.protocol.Causes;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Problem;
import org.jspecify.annotations.Nullable;

/**
 * Calls a dispatcher on connections that are kept alive. A call blocks; who is told to come back later does so, and who finds nobody
 * tries again for a while, and both are counted: a load test is to show them, not to fail of them. Thread-safe.
 */
public final class LoadClient implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final TimeValue MOMENT = TimeValue.ofMilliseconds(200);

    /** Of calls that find nobody. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** When a call was made first. */
    private static final String BEGAN = "climate-rescue.began";

    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;
    private static final int PAGE = 1000;

    private final URI base;
    private final @Nullable String key;
    private final CloseableHttpClient client;
    private final LongAdder throttled = new LongAdder();
    private final LongAdder unavailable = new LongAdder();
    private final LongAdder broken = new LongAdder();
    private volatile boolean closed;

    /**
     * Connects nothing yet.
     *
     * @param key the operator key, for calls that are nobody's in particular; null sends none
     * @param connections the most calls at a time
     */
    public LoadClient(URI dispatcher, @Nullable String key, int connections) {
        this.base = URI.create(dispatcher.toString().replaceFirst("/+$", ""));
        this.key = key;
        var manager = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(connections)
                .setMaxConnTotal(connections)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(CONNECT))
                        .setValidateAfterInactivity(TimeValue.ofSeconds(1))
                        .build())
                .build();
        this.client = HttpClientBuilder.create()
                .setConnectionManager(manager)
                .setKeepAliveStrategy((response, context) -> TimeValue.ofSeconds(10))
                .setUserAgent("climate-rescue-loadtest")
                .disableRedirectHandling()
                .setRetryStrategy(new Persistence())
                .disableCookieManagement()
                .disableAuthCaching()
                .disableContentCompression()
                .build();
    }

    /** Where the calls go. */
    public URI base() {
        return base;
    }

    /** Calls that were answered 429. */
    public long throttled() {
        return throttled.sum();
    }

    /** Calls that were answered 503. */
    public long unavailable() {
        return unavailable.sum();
    }

    /** Calls that found nobody or whose connection broke. */
    public long broken() {
        return broken.sum();
    }

    /**
     * An answer.
     *
     * @param status 200 to 299, or one of those that the caller said are fine
     */
    record Answer(int status, String body) {

        <T> T as(Class<T> type) {
            try {
                return Json.mapper().readValue(body, type);
            } catch (IOException notOurs) {
                throw new LoadTestFailed("an answer could not be read: " + Causes.words(notOurs), notOurs);
            }
        }
    }

    /** {@code POST} of a record. */
    Answer post(String path, Object body, @Nullable String token, int... fine) throws InterruptedException {
        return post(path, body, token, Duration.ZERO, fine);
    }

    /** {@code POST} of a record that may wait so long besides. */
    Answer post(String path, Object body, @Nullable String token, Duration waits, int... fine)
            throws InterruptedException {
        return call("POST", path, json(body), ContentType.APPLICATION_JSON, token, waits, fine);
    }

    /** Any call with the operator key. */
    Answer call(String method, String path, byte @Nullable [] body, int... fine) throws InterruptedException {
        return call(method, path, body, ContentType.APPLICATION_JSON, null, Duration.ZERO, fine);
    }

    /**
     * Every item of a list.
     *
     * @param query more parameters, each with {@code &} in front
     */
    List<JsonNode> list(String path, String query) throws InterruptedException {
        List<JsonNode> items = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page =
                    call("GET", path + "?limit=" + PAGE + query + cursor, null).as(JsonNode.class);
            page.path("items").forEach(items::add);
            cursor = page.has("next_cursor")
                    ? "&cursor=" + URLEncoder.encode(page.path("next_cursor").asText(), StandardCharsets.UTF_8)
                    : "";
        } while (!cursor.isEmpty());
        return items;
    }

    static byte[] json(Object body) {
        try {
            return Json.mapper().writeValueAsBytes(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    private Answer call(
            String method,
            String path,
            byte @Nullable [] body,
            ContentType type,
            @Nullable String token,
            Duration waits,
            int... fine)
            throws InterruptedException {
        if (closed || Thread.interrupted()) {
            throw new InterruptedException("stopped");
        }
        try {
            HttpContext context = HttpClientContext.create();
            context.setAttribute(BEGAN, System.nanoTime());
            Heard heard = client.execute(request(method, path, body, type, token, waits), context, LoadClient::hear);
            if (heard.status / 100 == 2 || contains(fine, heard.status)) {
                return new Answer(heard.status, heard.body);
            }
            throw refused(method, path, heard);
        } catch (IOException | IllegalStateException failed) {
            // A client that is closed meanwhile, and a thread that is interrupted, fail in either way.
            if (closed || Thread.interrupted()) {
                throw new InterruptedException("stopped");
            }
            throw new LoadTestFailed("%s cannot be reached any more: %s".formatted(base, Causes.words(failed)), failed);
        }
    }

    private HttpUriRequestBase request(
            String method,
            String path,
            byte @Nullable [] body,
            ContentType type,
            @Nullable String token,
            Duration waits) {
        var request = new HttpUriRequestBase(method, URI.create(base + path));
        request.setConfig(RequestConfig.custom()
                .setResponseTimeout(Timeout.of(ANSWER.plus(waits)))
                .setConnectionRequestTimeout(Timeout.of(ANSWER))
                .setProtocolUpgradeEnabled(false)
                .build());
        String credential = token == null ? key : token;
        if (credential != null) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + credential);
        }
        if (body != null) {
            request.setEntity(new ByteArrayEntity(body, type));
        }
        return request;
    }

    /** What may pass is tried again, and counted. How long to wait is what the answer says. */
    private final class Persistence extends DefaultHttpRequestRetryStrategy {

        Persistence() {
            super(Integer.MAX_VALUE, TimeValue.ofSeconds(1));
        }

        @Override
        public boolean retryRequest(HttpResponse response, int times, HttpContext context) {
            if (closed || (response.getCode() != TOO_MANY_REQUESTS && response.getCode() != UNAVAILABLE)) {
                return false;
            }
            (response.getCode() == TOO_MANY_REQUESTS ? throttled : unavailable).increment();
            return true;
        }

        /** A report may be sent twice, for the same one counts once; so may any call of a load test. */
        @Override
        public boolean retryRequest(HttpRequest request, IOException failed, int times, HttpContext context) {
            if (closed || Thread.currentThread().isInterrupted()) {
                return false;
            }
            broken.increment();
            return System.nanoTime() - (Long) context.getAttribute(BEGAN) < PATIENCE.toNanos();
        }

        @Override
        public TimeValue getRetryInterval(HttpRequest request, IOException failed, int times, HttpContext context) {
            return MOMENT;
        }
    }

    private record Heard(int status, String body) {}

    private static Heard hear(ClassicHttpResponse response) throws IOException, ParseException {
        String body =
                response.getEntity() == null ? "" : EntityUtils.toString(response.getEntity(), StandardCharsets.UTF_8);
        return new Heard(response.getCode(), body == null ? "" : body);
    }

    private LoadTestFailed refused(String method, String path, Heard heard) {
        String todo = heard.status == 401 || heard.status == 403
                ? " Give the operator key with --key, or in RESCUE_OPERATOR_KEY."
                : "";
        return new LoadTestFailed("%s %s%s answered %d: %s.%s"
                .formatted(method, base, path, heard.status, detail(heard).replaceFirst("\\.$", ""), todo));
    }

    private static String detail(Heard heard) {
        try {
            Problem problem = Json.mapper().readValue(heard.body, Problem.class);
            return problem == null || problem.detail() == null ? "no reason given" : problem.detail();
        } catch (IOException noProblem) {
            return "no reason given";
        }
    }

    private static boolean contains(int[] statuses, int status) {
        for (int one : statuses) {
            if (one == status) {
                return true;
            }
        }
        return false;
    }

    /** Breaks off what is under way: its callers see an {@link InterruptedException}. */
    @Override
    public void close() {
        closed = true;
        client.close(CloseMode.IMMEDIATE);
    }
}
