package org.climaterescue.dispatcher.security;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.ServerHttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.body.ByteBody;
import io.micronaut.http.filter.ServerFilterPhase;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import org.climaterescue.dispatcher.problem.ProblemException;

/** How large a request body may be: 64 KiB, 1 MiB where a call reports on many assignments, any size where it is streamed. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class BodyLimit implements Ordered {

    private static final long USUAL = 64 * 1024;
    private static final long REPORTS = 1024 * 1024;

    private static final Pattern REPORTING = Pattern.compile("/nodes/[^/]+/heartbeat/?|/assignments/complete/?");
    private static final Pattern STREAMED = Pattern.compile("/tasks/bulk/?|/catalogs/?");

    // Not Void: the framework would not wait for that, nor look at its failure.
    private static final CompletionStage<Optional<HttpResponse<?>>> PASS =
            CompletableFuture.completedStage(Optional.empty());

    @RequestFilter
    CompletionStage<Optional<HttpResponse<?>>> check(ServerHttpRequest<?> request) {
        long limit = limit(request.getPath());
        ByteBody body = request.byteBody();
        if (body.expectedLength().isPresent()) {
            refuseAbove(limit, body.expectedLength().getAsLong());
            return PASS;
        }
        if (limit == Long.MAX_VALUE) {
            return PASS;
        }
        // No length was told (chunked): it is known once all has come. What comes meanwhile is bounded by the server's
        // buffer.
        return request.byteBody()
                .split(ByteBody.SplitBackpressureMode.FASTEST)
                .buffer()
                .thenApply(all -> {
                    try (all) {
                        refuseAbove(limit, all.length());
                        return Optional.empty();
                    }
                });
    }

    @Override
    public int getOrder() {
        return ServerFilterPhase.SECURITY.after();
    }

    /** Whether the call on this path takes a body of any size. */
    static boolean isStreamed(String path) {
        return STREAMED.matcher(path).matches();
    }

    private static long limit(String path) {
        if (isStreamed(path)) {
            return Long.MAX_VALUE;
        }
        return REPORTING.matcher(path).matches() ? REPORTS : USUAL;
    }

    private static void refuseAbove(long limit, long length) {
        if (length > limit) {
            throw ProblemException.of(
                    413, "too_large", "the body has %d bytes; this call takes at most %d".formatted(length, limit));
        }
    }
}
