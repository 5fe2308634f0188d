package org.climaterescue.dispatcher.problem;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MediaType;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Error;
import io.micronaut.http.annotation.Produces;
import io.swagger.v3.oas.annotations.Hidden;
import org.climaterescue.dispatcher.tracing.LogContext;
import org.climaterescue.protocol.Problem;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The one place where whatever is thrown becomes an answer. */
@Hidden
@Controller
final class Refusals {

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);
    private static final MediaType PROBLEM = MediaType.of(Problem.MEDIA_TYPE);

    // A problem is sent whatever the client accepts: it is better than an empty answer (RFC 9110, section 15.5.7).
    @Error(global = true)
    @Produces(MediaType.ALL)
    HttpResponse<Problem> refuse(HttpRequest<?> request, Throwable thrown) {
        ProblemException refusal = Translation.of(request, thrown);
        if (refusal == null) {
            try (var _ = LogContext.of(request)) {
                log.error("{} {} failed", request.getMethodName(), request.getPath(), thrown);
            }
            return response(internal());
        }
        if (refusal.status() >= 500 && log.isDebugEnabled()) {
            try (var _ = LogContext.of(request)) {
                log.debug("{} {} is refused: {}", request.getMethodName(), request.getPath(), refusal.detail(), thrown);
            }
        }
        return response(refusal);
    }

    static MutableHttpResponse<Problem> response(ProblemException refusal) {
        MutableHttpResponse<Problem> response = HttpResponse.<Problem>status(HttpStatus.valueOf(refusal.status()))
                .body(refusal.problem());
        refusal.headers().forEach(response::header);
        return response.contentType(PROBLEM);
    }

    static ProblemException internal() {
        return ProblemException.of(500, "internal", "something went wrong here; the log of the dispatcher says what");
    }
}
