package org.climaterescue.dispatcher.security;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.filter.ServerFilterPhase;
import org.climaterescue.dispatcher.problem.ProblemException;

/**
 * Refuses bodies that are packed in a way nobody here unpacks, instead of reading them as if they were plain. The server unpacks
 * gzip and deflate itself and takes their header away before any filter runs; what it unpacks counts against {@link BodyLimit}. Of
 * calls that take any size only gzip is known, see {@link PackedStreams}.
 */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class BodyCoding implements Ordered {

    @RequestFilter
    void check(HttpRequest<?> request) {
        boolean plain = request.getHeaders().getAll(HttpHeaders.CONTENT_ENCODING).stream()
                .allMatch(coding -> coding.isBlank() || coding.strip().equalsIgnoreCase("identity"));
        if (!plain) {
            boolean streamed = BodyLimit.isStreamed(request.getPath());
            throw ProblemException.of(
                            415,
                            "unsupported_media_type",
                            "the body is packed in a way that is not known here; send it plain, or with Content-Encoding: gzip"
                                    + (streamed ? ", or as the .gz file itself" : ""))
                    .withHeader(HttpHeaders.ACCEPT_ENCODING, streamed ? "gzip, identity" : "gzip, deflate, identity");
        }
    }

    @Override
    public int getOrder() {
        return ServerFilterPhase.SECURITY.after();
    }
}
