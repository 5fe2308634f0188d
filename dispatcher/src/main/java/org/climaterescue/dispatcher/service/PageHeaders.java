package org.climaterescue.dispatcher.service;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.ResponseFilter;
import io.micronaut.http.annotation.ServerFilter;

/** Browsers shall take no answer for something else, and our pages load nothing from elsewhere. */
@ServerFilter(ServerFilter.MATCH_ALL_PATTERN)
final class PageHeaders {

    private static final String OURS_ONLY =
            "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    // Swagger UI starts from a script in its page, styles elements from scripts, and draws with data: images.
    private static final String DOCS =
            "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline';"
                    + " img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    @ResponseFilter
    void protect(HttpRequest<?> request, MutableHttpResponse<?> response) {
        response.header("X-Content-Type-Options", "nosniff");
        String path = request.getPath();
        if (path.equals("/docs") || path.startsWith("/docs/")) {
            response.header("Content-Security-Policy", DOCS);
        } else if (response.getContentType()
                .filter(MediaType.TEXT_HTML_TYPE::equals)
                .isPresent()) {
            response.header("Content-Security-Policy", OURS_ONLY);
        }
    }
}
