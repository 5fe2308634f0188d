package org.climaterescue.agent.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.Closeable;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.ParseException;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.apache.hc.core5.http.io.entity.EntityUtils;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.TimeValue;
import org.apache.hc.core5.util.Timeout;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.protocol.Causes;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.DispatchResponse;
import org.climaterescue.protocol.Failure;
import org.climaterescue.protocol.Heartbeat;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeWelcome;
import org.climaterescue.protocol.Problem;
import org.climaterescue.protocol.Release;
import org.jspecify.annotations.Nullable;

/** Calls a dispatcher. Each call is tried once and may block; nothing is thrown. Thread-safe. */
public final class DispatcherClient implements Closeable {

    private static final Timeout CONNECT = Timeout.ofSeconds(5);
    private static final Timeout ANSWER = Timeout.ofSeconds(20);
    private static final int MAX_BODY = 32 << 20;
    private static final int MAX_DETAIL = 500;

    /** The answer to a call after which there is nothing to say. */
    public enum Done {
        /** It is done. */
        DONE
    }

    private final String base;
    private final CloseableHttpClient client;

    /**
     * A client for one dispatcher.
     *
     * @param dispatcher its {@code http} or {@code https} address, a path prefix allowed
     * @param calls the most calls at a time
     */
    public DispatcherClient(URI dispatcher, int calls) {
        this.base = dispatcher.toString().replaceFirst("/+$", "");
        var manager = PoolingHttpClientConnectionManagerBuilder.create()
                .setMaxConnPerRoute(calls)
                .setMaxConnTotal(calls)
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(CONNECT)
                        .setSocketTimeout(ANSWER)
                        .setValidateAfterInactivity(TimeValue.ofMilliseconds(100))
                        .build())
                .build();
        this.client = HttpClientBuilder.create()
                .setConnectionManager(manager)
                // Well below the idle limits of servers and proxies: a call on a connection that they have just closed
                // would look like a dispatcher that is away.
                .setKeepAliveStrategy((response, context) -> TimeValue.ofSeconds(10))
                .setUserAgent("climate-rescue-agent")
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableCookieManagement()
                .disableAuthCaching()
                .build();
    }

    /** {@code POST /nodes}. */
    public Reply<NodeWelcome> register(NodeRegistration registration, @Nullable String credential, StopSignal stop) {
        return call("POST", "/nodes", registration, credential, NodeWelcome.class, Duration.ZERO, stop);
    }

    /** {@code POST /nodes/{node_id}/heartbeat}. */
    public Reply<Heartbeat.Answer> heartbeat(String nodeId, Heartbeat heartbeat, String token, StopSignal stop) {
        return call(
                "POST",
                "/nodes/" + encoded(nodeId) + "/heartbeat",
                heartbeat,
                token,
                Heartbeat.Answer.class,
                Duration.ZERO,
                stop);
    }

    /** {@code POST /dispatch}; waits as long as the request says. */
    public Reply<DispatchResponse> dispatch(DispatchRequest request, String token, StopSignal stop) {
        return call(
                "POST",
                "/dispatch",
                request,
                token,
                DispatchResponse.class,
                Duration.ofSeconds(request.patience()),
                stop);
    }

    /** {@code POST /assignments/{id}/complete}. */
    public Reply<Completion.Result> complete(
            String assignmentId, Completion completion, String token, StopSignal stop) {
        return onAssignment(assignmentId, "complete", completion, token, Completion.Result.class, stop);
    }

    /** {@code POST /assignments/{id}/fail}. */
    public Reply<Failure.Result> fail(String assignmentId, Failure failure, String token, StopSignal stop) {
        return onAssignment(assignmentId, "fail", failure, token, Failure.Result.class, stop);
    }

    /** {@code POST /assignments/{id}/release}. */
    public Reply<Done> release(String assignmentId, Release release, String token, StopSignal stop) {
        return onAssignment(assignmentId, "release", release, token, Done.class, stop);
    }

    /** {@code DELETE /nodes/{node_id}}: signs off; the copies stay counted. */
    public Reply<Done> signOff(String nodeId, String token, StopSignal stop) {
        return call("DELETE", "/nodes/" + encoded(nodeId), null, token, Done.class, Duration.ZERO, stop);
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    private <T> Reply<T> onAssignment(
            String assignmentId, String verb, Object body, String token, Class<T> type, StopSignal stop) {
        return call(
                "POST", "/assignments/" + encoded(assignmentId) + "/" + verb, body, token, type, Duration.ZERO, stop);
    }

    private <T> Reply<T> call(
            String method,
            String path,
            @Nullable Object body,
            @Nullable String credential,
            Class<T> type,
            Duration waits,
            StopSignal stop) {
        var request = new HttpUriRequestBase(method, URI.create(base + path));
        request.setConfig(RequestConfig.custom()
                .setResponseTimeout(Timeout.of(ANSWER.toDuration().plus(waits)))
                .setConnectionRequestTimeout(CONNECT)
                .setProtocolUpgradeEnabled(false)
                .build());
        request.setHeader(HttpHeaders.ACCEPT, "application/json, application/problem+json");
        if (credential != null) {
            request.setHeader(HttpHeaders.AUTHORIZATION, "Bearer " + credential);
        }
        try (var _ = stop.onStop(request::cancel)) {
            if (body != null) {
                request.setEntity(
                        new ByteArrayEntity(Json.mapper().writeValueAsBytes(body), ContentType.APPLICATION_JSON));
            }
            return client.execute(request, response -> read(response, type));
        } catch (JsonProcessingException unreadable) {
            return new Reply.Away<>(
                    base + " did not answer like a dispatcher: " + brief(unreadable.getOriginalMessage()), null);
        } catch (IllegalStateException released) {
            if (!request.isCancelled()) {
                throw released;
            }
            // A request that is cancelled between two of its steps finds its connection gone.
            return new Reply.Away<>("the call to " + base + " was given up", null);
        } catch (IOException failed) {
            return new Reply.Away<>(base + " cannot be reached: " + brief(Causes.words(failed)), null);
        }
    }

    private static <T> Reply<T> read(ClassicHttpResponse response, Class<T> type) throws IOException, ParseException {
        int status = response.getCode();
        byte[] content =
                response.getEntity() == null ? new byte[0] : EntityUtils.toByteArray(response.getEntity(), MAX_BODY);
        byte[] body = content == null ? new byte[0] : content;
        if (status >= 200 && status < 300) {
            return answered(body, type);
        }
        Problem problem = problem(body);
        String detail = problem == null || problem.detail() == null
                ? "HTTP " + status + " " + response.getReasonPhrase()
                : problem.detail();
        boolean passing = status >= 500 || status == 408 || status == 425 || status == 429;
        return passing
                ? new Reply.Away<>("the dispatcher answered " + status + ": " + brief(detail), retryAfter(response))
                : new Reply.Refused<>(status, problem == null ? "" : String.valueOf(problem.code()), brief(detail));
    }

    private static <T> Reply<T> answered(byte[] body, Class<T> type) throws IOException {
        T value = type == Done.class ? type.cast(Done.DONE) : Json.mapper().readValue(body, type);
        if (value == null) {
            throw new IOException("the answer is empty");
        }
        return new Reply.Answered<>(value);
    }

    private static @Nullable Problem problem(byte[] body) throws IOException {
        if (body.length == 0) {
            return null;
        }
        try {
            return Json.mapper().readValue(body, Problem.class);
        } catch (JsonProcessingException notOurs) {
            return null;
        }
    }

    private static @Nullable Duration retryAfter(ClassicHttpResponse response) {
        var header = response.getFirstHeader(HttpHeaders.RETRY_AFTER);
        String value = header == null ? "" : String.valueOf(header.getValue());
        return value.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(value)) : null;
    }

    private static String encoded(String segment) {
        return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String brief(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() > MAX_DETAIL ? line.substring(0, MAX_DETAIL) : line;
    }
}
