package org.climaterescue.dispatcher.problem;

import java.io.Serial;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.climaterescue.protocol.Problem;
import org.jspecify.annotations.Nullable;

/**
 * A request is refused. Thrown anywhere under a controller; the client gets {@link #problem()} with {@link #headers()}.
 *
 * <p>The title follows from the code ({@code lease_lost} is "Lease lost"), so that it is the same every time.
 */
public final class ProblemException extends RuntimeException {

    @Serial
    private static final long serialVersionUID = 1L;

    private static final String TYPE_PREFIX = "urn:problem-type:climate-rescue:";

    private final int status;
    private final String code;
    private final @Nullable String field;
    // Not serialized: nobody sends this exception anywhere.
    private final transient Map<String, Object> more;
    private final transient Map<String, String> headers;

    private ProblemException(
            int status,
            String code,
            String detail,
            @Nullable String field,
            Map<String, Object> more,
            Map<String, String> headers) {
        super(detail);
        this.status = status;
        this.code = code;
        this.field = field;
        this.more = new LinkedHashMap<>(more);
        this.headers = Map.copyOf(headers);
    }

    /**
     * Any refusal.
     *
     * @param status the HTTP status, a registered one from 400 to 511
     * @param code the stable word for programs, in snake_case
     * @param detail what happened, to what, and what the reader can do
     */
    public static ProblemException of(int status, String code, String detail) {
        return new ProblemException(status, code, detail, null, Map.of(), Map.of());
    }

    /** The member, parameter or path that is wrong, in snake_case; null when it is none of them. */
    public @Nullable String field() {
        return field;
    }

    /** 400 {@code invalid}: the member, parameter or path that {@code field} names in snake_case is wrong. */
    public static ProblemException invalid(@Nullable String field, String detail) {
        return new ProblemException(400, "invalid", detail, field, Map.of(), Map.of());
    }

    /** 401 {@code unauthorized}: no credential, or one that nobody knows. */
    public static ProblemException unauthorized(String detail) {
        return of(401, "unauthorized", detail).withHeader("WWW-Authenticate", "Bearer realm=\"climate-rescue\"");
    }

    /** 403 {@code forbidden}. */
    public static ProblemException forbidden(String detail) {
        return of(403, "forbidden", detail);
    }

    /** 404 {@code not_found}. */
    public static ProblemException notFound(String detail) {
        return of(404, "not_found", detail);
    }

    /** 409 with a code of its own, such as {@code lease_lost}. */
    public static ProblemException conflict(String code, String detail) {
        return of(409, code, detail);
    }

    /**
     * 409 with a code of its own and extra members.
     *
     * @param more members beside the usual ones, in snake_case; for one that may be null there is {@link #with}
     */
    public static ProblemException conflict(String code, String detail, Map<String, Object> more) {
        return new ProblemException(409, code, detail, null, more, Map.of());
    }

    /** 422 with a code of its own, such as {@code digest_mismatch}. */
    public static ProblemException unprocessable(String code, String detail) {
        return of(422, code, detail);
    }

    /** 503 with a code of its own, and a {@code Retry-After} of at least one second. */
    public static ProblemException unavailable(String code, String detail, Duration retryAfter) {
        return of(503, code, detail).withRetryAfter(retryAfter);
    }

    /** The same refusal that names the wrong member. */
    public ProblemException withField(@Nullable String name) {
        return copy(name, more, headers);
    }

    /** The same refusal with one more member in the body, unless the value is null. */
    public ProblemException with(String member, @Nullable Object value) {
        if (value == null) {
            return this;
        }
        Map<String, Object> extended = new LinkedHashMap<>(more);
        extended.put(member, value);
        return copy(field, extended, headers);
    }

    /** The same refusal with one more response header. */
    public ProblemException withHeader(String name, String value) {
        Map<String, String> extended = new HashMap<>(headers);
        extended.put(name, value);
        return copy(field, more, extended);
    }

    /** The same refusal with a {@code Retry-After} header, in whole seconds rounded up, at least 1. */
    public ProblemException withRetryAfter(Duration pause) {
        long seconds = Math.max(1, pause.plusMillis(999).toSeconds());
        return withHeader("Retry-After", Long.toString(seconds));
    }

    /** The HTTP status. */
    public int status() {
        return status;
    }

    /** The stable word for programs. */
    public String code() {
        return code;
    }

    /** What happened, for people. */
    public String detail() {
        String detail = getMessage();
        return detail == null ? "" : detail;
    }

    /** The response headers that belong to the refusal. */
    public Map<String, String> headers() {
        return headers;
    }

    /** The body. */
    public Problem problem() {
        return new Problem(TYPE_PREFIX + code, title(code), status, detail(), code, field, new LinkedHashMap<>(more));
    }

    /** A refusal is an answer, not a fault: no stack trace is collected, for thousands a second may be thrown. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }

    private ProblemException copy(
            @Nullable String newField, Map<String, Object> newMore, Map<String, String> newHeaders) {
        return new ProblemException(status, code, detail(), newField, newMore, newHeaders);
    }

    private static String title(String code) {
        String words = code.replace('_', ' ');
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }
}
