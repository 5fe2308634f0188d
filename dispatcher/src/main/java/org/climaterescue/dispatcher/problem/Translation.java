package org.climaterescue.dispatcher.problem;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.micronaut.core.bind.annotation.Bindable;
import io.micronaut.core.convert.exceptions.ConversionErrorException;
import io.micronaut.core.type.Argument;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpStatus;
import io.micronaut.http.codec.CodecException;
import io.micronaut.http.exceptions.BufferLengthExceededException;
import io.micronaut.http.exceptions.ContentLengthExceededException;
import io.micronaut.http.exceptions.HttpStatusException;
import io.micronaut.http.server.exceptions.NotAcceptableException;
import io.micronaut.http.server.exceptions.NotAllowedException;
import io.micronaut.http.server.exceptions.NotFoundException;
import io.micronaut.http.server.exceptions.UnsupportedMediaException;
import io.micronaut.json.JsonSyntaxException;
import io.micronaut.security.authentication.AuthorizationException;
import io.micronaut.web.router.exceptions.UnsatisfiedBodyRouteException;
import io.micronaut.web.router.exceptions.UnsatisfiedRouteException;
import io.netty.handler.codec.compression.DecompressionException;
import jakarta.validation.ConstraintViolation;
import jakarta.validation.ConstraintViolationException;
import jakarta.validation.ElementKind;
import java.io.EOFException;
import java.net.URISyntaxException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.stream.StreamSupport;
import org.climaterescue.db.StorageFailure;
import org.jspecify.annotations.Nullable;

/** What a thrown thing means to the client. */
final class Translation {

    private static final Duration DATABASE_PAUSE = Duration.ofSeconds(5);

    private Translation() {}

    /** The refusal that a thrown thing stands for; null for a fault of ours. */
    static @Nullable ProblemException of(HttpRequest<?> request, Throwable thrown) {
        Throwable cause = thrown;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return switch (cause) {
            case ProblemException problem -> problem;
            case ConstraintViolationException violations -> violations(violations);
            case JsonSyntaxException json -> unreadable(json);
            case CodecException codec -> unreadable(codec);
            case ConversionErrorException conversion -> conversion(conversion);
            case UnsatisfiedRouteException missing -> missing(missing);
            case AuthorizationException refused -> refused(refused);
            case ContentLengthExceededException tooLarge -> tooLarge();
            case BufferLengthExceededException tooLarge -> tooLarge();
            case URISyntaxException uri -> ProblemException.invalid(null, "the URL is malformed");
            case HttpStatusException status -> status(request, status);
            default -> storage(cause);
        };
    }

    static ProblemException tooLarge() {
        return ProblemException.of(413, "too_large", "the body is larger than this call takes");
    }

    private static ProblemException violations(ConstraintViolationException exception) {
        List<ConstraintViolation<?>> violations = exception.getConstraintViolations().stream()
                .sorted(Comparator.comparing(violation -> String.valueOf(violation.getPropertyPath())))
                .toList();
        boolean ours = violations.stream()
                .flatMap(violation ->
                        StreamSupport.stream(violation.getPropertyPath().spliterator(), false))
                .anyMatch(node -> node.getKind() == ElementKind.RETURN_VALUE);
        if (ours || violations.isEmpty()) {
            throw new IllegalStateException("an answer breaks its own constraints", exception);
        }
        return ProblemException.invalid(
                FieldNames.of(violations.getFirst().getPropertyPath()), Violations.detail(exception));
    }

    private static @Nullable ProblemException unreadable(Throwable exception) {
        return find(exception, JsonProcessingException.class)
                .map(BadJson::problem)
                .orElse(null);
    }

    private static ProblemException conversion(ConversionErrorException exception) {
        Optional<JsonProcessingException> json = find(exception, JsonProcessingException.class);
        if (json.isPresent()) {
            return BadJson.problem(json.get());
        }
        String name = nameOf(exception.getArgument());
        String expected = FieldNames.description(exception.getArgument().getType());
        return ProblemException.invalid(name, "%s must be %s".formatted(name, expected));
    }

    private static ProblemException missing(UnsatisfiedRouteException exception) {
        if (exception instanceof UnsatisfiedBodyRouteException) {
            return ProblemException.invalid(null, "the body is missing; send a JSON object");
        }
        String name = nameOf(exception.getArgument());
        return ProblemException.invalid(name, name + " is missing");
    }

    private static ProblemException refused(AuthorizationException exception) {
        return exception.isForbidden()
                ? ProblemException.forbidden("this credential does not allow that")
                : ProblemException.unauthorized(
                        "this call needs a known credential: send the header Authorization: Bearer <key or token>");
    }

    private static @Nullable ProblemException status(HttpRequest<?> request, HttpStatusException exception) {
        return switch (exception) {
            case NotFoundException notFound -> ProblemException.notFound("there is nothing at " + request.getPath());
            case NotAllowedException notAllowed -> {
                String allowed = String.join(", ", new TreeSet<>(notAllowed.getAllowedMethods()));
                yield ProblemException.of(
                                405,
                                "method_not_allowed",
                                "%s takes %s, not %s".formatted(request.getPath(), allowed, request.getMethodName()))
                        .withHeader("Allow", allowed);
            }
            case UnsupportedMediaException unsupported ->
                ProblemException.of(
                        415,
                        "unsupported_media_type",
                        "the body was sent as %s; send it with the header Content-Type: %s"
                                .formatted(
                                        unsupported.getContentType(),
                                        String.join(" or ", unsupported.getAcceptableContentTypes())));
            case NotAcceptableException notAcceptable ->
                ProblemException.of(
                        406,
                        "not_acceptable",
                        "this can be had as %s only"
                                .formatted(String.join(", ", notAcceptable.getProduceableContentTypes())));
            default ->
                exception.getStatus().getCode() >= HttpStatus.INTERNAL_SERVER_ERROR.getCode()
                        ? null
                        : bare(exception.getStatus());
        };
    }

    /** A status that the framework gave without saying more. */
    static ProblemException bare(HttpStatus status) {
        return ProblemException.of(
                status.getCode(),
                FieldNames.snake(status.name().toLowerCase(java.util.Locale.ROOT)),
                status.getReason());
    }

    static boolean databaseAway(Throwable thrown) {
        return find(thrown, SQLException.class).filter(StorageFailure::away).isPresent();
    }

    private static @Nullable ProblemException storage(Throwable thrown) {
        if (databaseAway(thrown)) {
            return databaseUnavailable();
        }
        Optional<SQLException> sql = find(thrown, SQLException.class);
        if (sql.isPresent()) {
            return sql.filter(StorageFailure::unstorableText).isPresent()
                    ? ProblemException.invalid(
                            null, "the request holds a character that no name or id has, such as U+0000")
                    : null;
        }
        return body(thrown);
    }

    /** What is wrong with a body while it comes. */
    private static @Nullable ProblemException body(Throwable thrown) {
        if (find(thrown, BufferLengthExceededException.class).isPresent()) {
            return tooLarge();
        }
        if (find(thrown, DecompressionException.class).isPresent()) {
            return ProblemException.invalid(null, "the body is not packed as its Content-Encoding says");
        }
        // The client has gone: nobody reads the answer, and it is no fault of ours.
        return find(thrown, EOFException.class).isPresent()
                ? ProblemException.invalid(null, "the body breaks off before its end")
                : null;
    }

    private static ProblemException databaseUnavailable() {
        return ProblemException.unavailable(
                "database_unavailable", "the database does not answer; try again soon", DATABASE_PAUSE);
    }

    private static String nameOf(Argument<?> argument) {
        return argument.getAnnotationMetadata()
                .stringValue(Bindable.class)
                .filter(name -> !name.isEmpty())
                .orElseGet(() -> FieldNames.snake(argument.getName()));
    }

    private static <T extends Throwable> Optional<T> find(Throwable thrown, Class<T> type) {
        Throwable cause = thrown;
        for (int depth = 0; cause != null && depth < 30; depth++) {
            if (type.isInstance(cause)) {
                return Optional.of(type.cast(cause));
            }
            cause = cause.getCause();
        }
        return Optional.empty();
    }
}
