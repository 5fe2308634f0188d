package org.climaterescue.dispatcher.tracing;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.context.ServerRequestContext;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A valid {@code traceparent} of W3C Trace Context, in the form of version 00.
 *
 * @param text the header, 55 characters; of a later version only what this one knows
 * @param traceId 32 hexadecimal digits, which all calls of one undertaking share
 * @param parentId 16 hexadecimal digits: the caller's part of it
 */
public record TraceParent(String text, String traceId, String parentId) {

    /** The header's name, as it is written in HTTP/1.1. */
    public static final String HEADER = "traceparent";

    /** Section 3.2 of the recommendation. Identifiers that are all zero mean nothing. */
    private static final Pattern FORM =
            Pattern.compile("(?!ff)([0-9a-f]{2})-((?!0{32})[0-9a-f]{32})-((?!0{16})[0-9a-f]{16})-([0-9a-f]{2})(-.*)?");

    private static final int LONGEST = 512;

    /** Reads a header; empty when there is none or it is not valid, which is as if there were none. */
    public static Optional<TraceParent> parse(@Nullable String header) {
        if (header == null || header.length() > LONGEST) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(header);
        // A later version may append something; this one does not.
        if (!form.matches() || (form.group(1).equals("00") && form.group(5) != null)) {
            return Optional.empty();
        }
        String text = "00-" + form.group(2) + "-" + form.group(3) + "-" + form.group(4);
        return Optional.of(new TraceParent(text, form.group(2), form.group(3)));
    }

    /** The trace of the call on whose thread this runs, to be taken to the thread that writes of it; empty when it has none. */
    public static Optional<TraceParent> ofThisCall() {
        return ServerRequestContext.currentRequest().flatMap(TraceParent::of);
    }

    /** What the {@link TraceFilter} found in a request. */
    public static Optional<TraceParent> of(HttpRequest<?> request) {
        return request.getAttribute(HEADER, TraceParent.class);
    }
}
