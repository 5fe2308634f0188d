package org.climaterescue.agent.fetch;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.hc.client5.http.ConnectTimeoutException;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClientBuilder;
import org.apache.hc.client5.http.impl.io.ManagedHttpClientConnectionFactory;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.config.CharCodingConfig;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.climaterescue.agent.store.OriginFacts;
import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.Causes;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.OriginUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files over HTTP, byte for byte as they are served: no content coding is asked for and none is undone, no cookie is kept,
 * no password is sent. Redirects are followed here, one guarded connection each.
 */
final class HttpOrigin implements Origin, Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(HttpOrigin.class);
    private static final int MAX_REDIRECTS = 10;
    private static final int MAX_HEADER_LINE = 32_768;
    private static final int MAX_HEADERS = 200;
    private static final String USER_AGENT = "climate-rescue-agent (volunteers who copy public climate data)";

    private final CloseableHttpClient client;

    HttpOrigin(FetchSettings settings, AddressGuard guard, int connections) {
        Timeout idle = Timeout.of(settings.idleTimeout());
        var connectionFactory = ManagedHttpClientConnectionFactory.builder()
                .http1Config(Http1Config.custom()
                        .setMaxLineLength(MAX_HEADER_LINE)
                        .setMaxHeaderCount(MAX_HEADERS)
                        .build())
                .charCodingConfig(CharCodingConfig.custom()
                        .setCharset(StandardCharsets.UTF_8)
                        .build())
                .build();
        var manager = PoolingHttpClientConnectionManagerBuilder.create()
                .setConnectionFactory(connectionFactory)
                .setDnsResolver(guard)
                .setMaxConnPerRoute(connections)
                .setMaxConnTotal(connections)
                .setDefaultSocketConfig(SocketConfig.custom().setSoTimeout(idle).build())
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(settings.connectTimeout()))
                        .setSocketTimeout(idle)
                        .build())
                .build();
        this.client = HttpClientBuilder.create()
                .setConnectionManager(manager)
                .setDefaultRequestConfig(RequestConfig.custom()
                        .setResponseTimeout(idle)
                        .setProtocolUpgradeEnabled(false)
                        .build())
                // A server that sends more than it announced would have the rest read as its next answer.
                .setConnectionReuseStrategy((request, response, context) -> false)
                .setUserAgent(USER_AGENT)
                .disableRedirectHandling()
                .disableAutomaticRetries()
                .disableContentCompression()
                .disableCookieManagement()
                .disableAuthCaching()
                .disableConnectionState()
                .build();
    }

    @Override
    public Fetched attempt(Transfer transfer) throws CutException, FetchFailure, StoppedException {
        OriginUrl target = transfer.url();
        for (int hop = 0; hop <= MAX_REDIRECTS; hop++) {
            HttpGet request = request(target, transfer);
            try (var _ = transfer.stop().onStop(request::cancel)) {
                ClassicHttpResponse response = open(request, transfer);
                try {
                    HttpAnswer answer = new HttpAnswer(response);
                    if (!answer.isRedirect()) {
                        return receive(transfer, answer, response.getEntity(), target);
                    }
                    target = follow(target, answer);
                } finally {
                    giveUp(request, response);
                }
            }
        }
        throw new FetchFailure(
                FailureReason.ORIGIN_ERROR, transfer.url() + " redirects more than " + MAX_REDIRECTS + " times");
    }

    @Override
    public void close() {
        client.close(CloseMode.IMMEDIATE);
    }

    private static HttpGet request(OriginUrl target, Transfer transfer) {
        HttpGet request = new HttpGet(target.toUri());
        request.setHeader(HttpHeaders.ACCEPT, "*/*");
        request.setHeader(HttpHeaders.CONNECTION, "close");
        request.setHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
        String validator = resumable(transfer);
        StoredCopy held = transfer.held();
        if (validator != null) {
            request.setHeader(HttpHeaders.RANGE, "bytes=" + transfer.partial().size() + "-");
            request.setHeader(HttpHeaders.IF_RANGE, validator);
        } else if (held != null && held.etag() != null) {
            request.setHeader(HttpHeaders.IF_NONE_MATCH, held.etag());
        } else if (held != null && held.lastModified() != null) {
            request.setHeader(HttpHeaders.IF_MODIFIED_SINCE, held.lastModified());
        }
        return request;
    }

    /** The validator to resume with; null when there is nothing to resume or nothing to prove it by. */
    private static @Nullable String resumable(Transfer transfer) {
        OriginFacts facts = transfer.partial().facts();
        return transfer.partial().size() > 0 && facts != null ? facts.validator() : null;
    }

    private ClassicHttpResponse open(HttpGet request, Transfer transfer)
            throws CutException, FetchFailure, StoppedException {
        try {
            return client.executeOpen(null, request, null);
        } catch (IllegalStateException released) {
            // A request that is cancelled between two of its steps finds its connection gone.
            transfer.stop().check();
            throw released;
        } catch (IOException failed) {
            transfer.stop().check();
            CutException cut = cut(failed);
            if (transfer.partial().size() == 0 || failed instanceof BlockedAddressException) {
                throw cut.asFailure();
            }
            throw cut;
        }
    }

    private static OriginUrl follow(OriginUrl from, HttpAnswer answer) throws FetchFailure {
        String location = answer.header(HttpHeaders.LOCATION);
        Optional<OriginUrl> next = location == null ? Optional.empty() : from.resolve(location);
        return next.filter(url -> !url.scheme().equals("ftp"))
                .orElseThrow(() -> new FetchFailure(
                        FailureReason.ORIGIN_ERROR,
                        from + " redirects to " + location + ", which cannot be followed",
                        answer.status(),
                        null,
                        null));
    }

    private static Fetched receive(Transfer transfer, HttpAnswer answer, @Nullable HttpEntity body, OriginUrl from)
            throws CutException, FetchFailure, StoppedException {
        boolean resuming = resumable(transfer) != null;
        Long end = null;
        switch (answer.status()) {
            case 200, 203 -> {
                OriginFacts facts = answer.facts(body == null ? 0 : body.getContentLength());
                transfer.begin(facts);
                end = facts.total();
            }
            case 206 -> end = continueOrForget(transfer, answer, resuming);
            case 304 -> {
                if (transfer.held() != null && !resuming) {
                    return Fetched.UNCHANGED;
                }
                throw answer.failure(from.toString());
            }
            case 416 -> {
                if (!resuming) {
                    throw answer.failure(from.toString());
                }
                transfer.forget();
                throw new CutException(
                        FailureReason.ORIGIN_ERROR, "the origin has less than was already here; starting anew", null);
            }
            default -> throw answer.failure(from.toString());
        }
        if (body != null) {
            receiveBody(transfer, body);
        }
        return whole(transfer, end);
    }

    /**
     * Accepts a part that goes on exactly where the bytes so far end; otherwise the next try begins anew.
     *
     * @return the size of the whole file, or the end of this part when nobody said the size
     */
    private static Long continueOrForget(Transfer transfer, HttpAnswer answer, boolean resuming)
            throws CutException, FetchFailure {
        OriginFacts facts = transfer.partial().facts();
        Optional<HttpAnswer.ContentRange> range = answer.contentRange();
        if (!resuming
                || facts == null
                || range.isEmpty()
                || !answer.continues(facts, range.get(), transfer.partial().size())) {
            transfer.forget();
            throw new CutException(
                    FailureReason.ORIGIN_ERROR, "the origin sent a part that does not fit; starting anew", null);
        }
        Long total = facts.total() == null ? range.get().total() : facts.total();
        if (total == null) {
            return range.get().last() + 1;
        }
        transfer.claim(total);
        return total;
    }

    private static void receiveBody(Transfer transfer, HttpEntity body)
            throws CutException, FetchFailure, StoppedException {
        try {
            InputStream in = body.getContent();
            transfer.copy(in);
        } catch (IOException broken) {
            transfer.stop().check();
            throw cut(broken);
        }
    }

    private static Fetched whole(Transfer transfer, @Nullable Long end) throws CutException, FetchFailure {
        long size = transfer.partial().size();
        if (end == null || end == size) {
            return Fetched.COMPLETE;
        }
        if (size > end) {
            transfer.forget();
        }
        throw new CutException(FailureReason.NETWORK, "the origin sent " + size + " of " + end + " bytes", null);
    }

    private static CutException cut(IOException failed) {
        FailureReason reason = switch (failed) {
            case BlockedAddressException _ -> FailureReason.BLOCKED_ADDRESS;
            case ConnectTimeoutException _ -> FailureReason.NETWORK;
            case SocketTimeoutException _ -> FailureReason.TIMEOUT;
            default ->
                failed.getCause() instanceof ProtocolException ? FailureReason.ORIGIN_ERROR : FailureReason.NETWORK;
        };
        return new CutException(reason, Causes.words(failed), failed);
    }

    /** Closes the connection without reading what is left: it may be gigabytes. */
    private static void giveUp(HttpGet request, ClassicHttpResponse response) {
        request.cancel();
        try {
            response.close();
        } catch (IOException alreadyCut) {
            LOG.debug("Closing a connection that was given up: {}", alreadyCut.toString());
        }
    }
}
