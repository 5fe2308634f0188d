package org.climaterescue.dispatcher.security;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.filter.ServerFilterPhase;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;
import org.jspecify.annotations.Nullable;

/** Finds out who calls, and counts their requests, before anybody asks what they may do. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class Doorman implements Ordered {

    static final String CALLER = "org.climaterescue.caller";

    private static final String SCHEME = "bearer ";
    // Not Void: the framework would not wait for that, nor look at its failure.
    private static final CompletionStage<Optional<HttpResponse<?>>> PASS =
            CompletableFuture.completedStage(Optional.empty());

    private final boolean secured;
    private final Credentials credentials;
    private final RateLimiter limiter;
    private final ExecutorService blocking;

    Doorman(
            Settings settings,
            Credentials credentials,
            RateLimiter limiter,
            @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.secured = settings.access().secured();
        this.credentials = credentials;
        this.limiter = limiter;
        this.blocking = blocking;
    }

    @RequestFilter
    CompletionStage<Optional<HttpResponse<?>>> identify(HttpRequest<?> request) {
        boolean free = isHealth(request.getPath());
        String stranger = RateLimiter.clientAt(request.getRemoteAddress());
        if (!secured) {
            refuseOtherSites(request);
            request.setAttribute(CALLER, new Caller.Anybody());
            count(free, stranger);
            return PASS;
        }
        String token = bearer(request);
        if (token == null) {
            request.setAttribute(CALLER, new Caller.Anonymous());
            count(free, stranger);
            return PASS;
        }
        byte[] digest = Credentials.digest(token);
        Caller known = credentials.known(digest);
        if (known != null) {
            request.setAttribute(CALLER, known);
            count(free, "with " + HexFormat.of().formatHex(digest));
            return PASS;
        }
        // Counted before the database is asked, so that guessing costs the guesser and not the database.
        count(free, stranger);
        return CompletableFuture.supplyAsync(
                () -> {
                    request.setAttribute(CALLER, credentials.ask(digest));
                    return Optional.empty();
                },
                blocking);
    }

    @Override
    public int getOrder() {
        return ServerFilterPhase.SECURITY.before();
    }

    static Caller callerOf(HttpRequest<?> request) {
        return request.getAttribute(CALLER, Caller.class).orElseGet(Caller.Anonymous::new);
    }

    private void count(boolean free, String client) {
        if (!free) {
            limiter.count(client);
        }
    }

    // Where no credential is asked for, any page in the browser of a person who reaches this service could command it.
    private static void refuseOtherSites(HttpRequest<?> request) {
        boolean reads = request.getMethod() == HttpMethod.GET || request.getMethod() == HttpMethod.HEAD;
        if (!reads && "cross-site".equals(request.getHeaders().get("Sec-Fetch-Site"))) {
            throw ProblemException.forbidden("pages of other sites may not call this service from a browser");
        }
    }

    private static boolean isHealth(String path) {
        return path.equals("/health") || path.startsWith("/health/");
    }

    private static @Nullable String bearer(HttpRequest<?> request) {
        String header = request.getHeaders().get(HttpHeaders.AUTHORIZATION);
        if (header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return null;
        }
        return header.substring(SCHEME.length()).strip();
    }
}
