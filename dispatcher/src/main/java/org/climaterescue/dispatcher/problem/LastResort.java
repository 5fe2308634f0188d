package org.climaterescue.dispatcher.problem;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.micronaut.http.server.netty.NettyHttpRequest;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import jakarta.inject.Singleton;
import org.climaterescue.protocol.Problem;

/** The bodies of errors that reach no {@link Refusals}: requests that are not even HTTP, and failures while failing. */
@Singleton
final class LastResort implements ErrorResponseProcessor<Problem> {

    @Override
    public MutableHttpResponse<Problem> processResponse(ErrorContext context, MutableHttpResponse<?> response) {
        HttpStatus status = HttpStatus.valueOf(response.code());
        ProblemException problem = switch (status) {
            case INTERNAL_SERVER_ERROR -> Refusals.internal();
            case NOT_FOUND ->
                ProblemException.notFound(
                        "there is nothing at " + context.getRequest().getPath());
            case BAD_REQUEST, REQUEST_ENTITY_TOO_LARGE -> undecodable(context.getRequest());
            default -> Translation.bare(status);
        };
        MutableHttpResponse<Problem> answer = Refusals.response(problem);
        response.getHeaders().forEach((name, values) -> {
            if (!answer.getHeaders().contains(name)) {
                values.forEach(value -> answer.header(name, value));
            }
        });
        return answer;
    }

    private static ProblemException undecodable(HttpRequest<?> request) {
        Throwable cause = request instanceof NettyHttpRequest<?> netty
                ? netty.getNativeRequest().decoderResult().cause()
                : null;
        return switch (cause) {
            case TooLongHttpLineException line -> ProblemException.of(414, "url_too_long", "the URL is too long");
            case TooLongHttpHeaderException header ->
                ProblemException.of(431, "headers_too_large", "the headers are too large");
            case null, default -> ProblemException.invalid(null, "this is not a valid HTTP request");
        };
    }
}
