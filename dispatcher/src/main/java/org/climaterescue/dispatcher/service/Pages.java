package org.climaterescue.dispatcher.service;

import io.micronaut.core.order.Ordered;
import io.micronaut.http.HttpMethod;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.RequestFilter;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;
import io.micronaut.http.filter.ServerFilterPhase;
import org.climaterescue.dispatcher.problem.ProblemException;

/** Files are for reading only; browsers shall take no answer for something else; our pages load nothing from elsewhere. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class Pages implements Ordered {

    // The signs within fields are data: images of the style sheet.
    private static final String OURS_ONLY =
            "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Swagger UI starts from a script in its page, styles elements from scripts, and draws with data: images.
    private static final String DOCS =
            "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // The framework gives its static files to any method.
    @RequestFilter
    void readOnly(HttpRequest<?> request) {
        boolean reads = request.getMethod() == HttpMethod.GET || request.getMethod() == HttpMethod.HEAD;
        if (!reads && (under("/docs", request) || under("/dashboard", request) || under("/webjars", request))) {
            throw ProblemException.of(
                            405,
                            "method_not_allowed",
                            request.getPath() + " takes GET, HEAD, not " + request.getMethodName())
                    .withHeader("Allow", "GET, HEAD");
        }
    }

    @ResponseFilter
    void protect(HttpRequest<?> request, MutableHttpResponse<?> response) {
        response.header("X-Content-Type-Options", "nosniff");
        if (under("/docs", request)) {
            response.header("Content-Security-Policy", DOCS);
        } else if (response.getContentType()
                .filter(MediaType.TEXT_HTML_TYPE::equals)
                .isPresent()) {
            response.header("Content-Security-Policy", OURS_ONLY);
        }
    }

    @Override
    public int getOrder() {
        return ServerFilterPhase.FIRST.before();
    }

    private static boolean under(String folder, HttpRequest<?> request) {
        String path = request.getPath();
        return path.equals(folder) || path.startsWith(folder + "/");
    }
}
