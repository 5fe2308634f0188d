package org.climaterescue.dispatcher.coalescing;

import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;

/** Whoever has the answer to a change in hand reads it: {@link Coalescing} hears of each before its answer is sent. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class AnsweredChanges {

    private final Coalescing coalescing;

    AnsweredChanges(Coalescing coalescing) {
        this.coalescing = coalescing;
    }

    // Also of a refusal: it may have written something, as an attempt that is used up by a wrong digest.
    @ResponseFilter
    void note(HttpRequest<?> request) {
        HttpMethod method = request.getMethod();
        if (method != HttpMethod.GET && method != HttpMethod.HEAD && method != HttpMethod.OPTIONS) {
            coalescing.changed();
        }
    }
}
