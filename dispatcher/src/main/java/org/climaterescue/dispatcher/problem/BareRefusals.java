package org.climaterescue.dispatcher.problem;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.filter.ServerFilterPhase;
import org.jspecify.annotations.Nullable;

/** Gives a body to refusals that the framework answers without one, such as those of pages of other origins. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class BareRefusals implements Ordered {

    @ResponseFilter
    @Nullable
    MutableHttpResponse<?> explain(HttpRequest<?> request, MutableHttpResponse<?> response) {
        if (response.code() < HttpStatus.BAD_REQUEST.getCode()
                || response.getBody().isPresent()) {
            return null;
        }
        String origin = request.getHeaders().get(HttpHeaders.ORIGIN);
        if (response.code() == HttpStatus.FORBIDDEN.getCode() && origin != null) {
            return Refusals.response(
                    ProblemException.forbidden("pages of other origins may not call this service from a browser"));
        }
        return Refusals.response(Translation.bare(HttpStatus.valueOf(response.code())));
    }

    @Override
    public int getOrder() {
        return ServerFilterPhase.FIRST.order();
    }
}
