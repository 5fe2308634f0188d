package org.climaterescue.agent.fetch;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hc.client5.http.utils.DateUtils;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.HttpResponse;
import org.climaterescue.agent.store.OriginFacts;
import org.climaterescue.protocol.FailureReason;
import org.jspecify.annotations.Nullable;

/** What the head of an HTTP response means for a download (RFC 9110). */
record HttpAnswer(HttpResponse response) {

    private static final Pattern RANGE = Pattern.compile("bytes\\s+(\\d{1,18})-(\\d{1,18})/(\\d{1,18}|\\*)");
    private static final long YEAR_SECONDS = 31_536_000L;

    /**
     * The part of a file that a 206 carries (section 14.4).
     *
     * @param first its first byte, from 0
     * @param last its last byte
     * @param total the size of the whole file; null when the origin does not know
     */
    record ContentRange(long first, long last, @Nullable Long total) {}

    int status() {
        return response.getCode();
    }

    @Nullable
    String header(String name) {
        Header header = response.getFirstHeader(name);
        String value = header == null ? null : header.getValue();
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** Facts about a whole file, of which this answer carries all. */
    OriginFacts facts(long contentLength) {
        return new OriginFacts(
                header(HttpHeaders.ETAG),
                header(HttpHeaders.LAST_MODIFIED),
                header(HttpHeaders.CONTENT_TYPE),
                contentLength < 0 ? null : contentLength,
                validator());
    }

    /** The part that a 206 says it carries; empty when it does not say so in a form that can be trusted. */
    Optional<ContentRange> contentRange() {
        String value = header(HttpHeaders.CONTENT_RANGE);
        Matcher range = value == null ? null : RANGE.matcher(value);
        if (range == null || !range.matches()) {
            return Optional.empty();
        }
        long first = Long.parseLong(range.group(1));
        long last = Long.parseLong(range.group(2));
        Long total = range.group(3).equals("*") ? null : Long.valueOf(range.group(3));
        boolean sound = first <= last && (total == null || last < total);
        return sound ? Optional.of(new ContentRange(first, last, total)) : Optional.empty();
    }

    /**
     * Whether a 206 goes on with the same bytes. {@code If-Range} should have made sure of it; an origin that overlooks
     * {@code If-Range} is found out here. A 206 must carry the entity tag if a 200 would have.
     */
    boolean continues(OriginFacts facts, ContentRange range, long from) {
        String etag = header(HttpHeaders.ETAG);
        String modified = header(HttpHeaders.LAST_MODIFIED);
        return range.first() == from
                && (facts.total() == null
                        || range.total() == null
                        || facts.total().equals(range.total()))
                && (facts.etag() == null || facts.etag().equals(etag))
                && (modified == null
                        || facts.lastModified() == null
                        || facts.lastModified().equals(modified));
    }

    /** How a status other than success is to be reported. */
    FetchFailure failure(String url) {
        int status = status();
        String detail = "the origin answered " + status + " "
                + Optional.ofNullable(response.getReasonPhrase()).orElse("") + " for " + url;
        FailureReason reason = switch (status) {
            case 404, 410 -> FailureReason.GONE;
            case 401, 403, 451 -> FailureReason.FORBIDDEN;
            case 429, 503 -> FailureReason.ORIGIN_BUSY;
            default -> FailureReason.ORIGIN_ERROR;
        };
        Long retryAfter = reason == FailureReason.ORIGIN_BUSY ? retryAfterSeconds() : null;
        return new FetchFailure(reason, detail, status >= 100 && status <= 599 ? status : null, retryAfter, null);
    }

    /**
     * {@code Retry-After} in seconds, given so or as a date (section 10.2.3). A date is read by the origin's own clock where
     * the answer carries it.
     */
    @Nullable
    Long retryAfterSeconds() {
        String value = header(HttpHeaders.RETRY_AFTER);
        if (value == null) {
            return null;
        }
        if (value.chars().allMatch(c -> c >= '0' && c <= '9')) {
            return value.length() > 9 ? YEAR_SECONDS : Math.min(YEAR_SECONDS, Long.parseLong(value));
        }
        Instant at = DateUtils.parseStandardDate(value);
        if (at == null) {
            return null;
        }
        Instant now = date(HttpHeaders.DATE).orElseGet(Instant::now);
        return Math.clamp(Duration.between(now, at).toSeconds(), 0, YEAR_SECONDS);
    }

    /**
     * What {@code If-Range} may carry: a strong entity tag, or a modification time that is strong because the origin
     * answered at least a second after it, so that no later change can bear the same time (section 8.8.2.2).
     */
    private @Nullable String validator() {
        String etag = header(HttpHeaders.ETAG);
        if (etag != null && etag.length() >= 2 && etag.startsWith("\"") && etag.endsWith("\"")) {
            return etag;
        }
        String modified = header(HttpHeaders.LAST_MODIFIED);
        Optional<Instant> changed = date(HttpHeaders.LAST_MODIFIED);
        Optional<Instant> answered = date(HttpHeaders.DATE);
        boolean strong = changed.isPresent()
                && answered.isPresent()
                && Duration.between(changed.get(), answered.get()).toSeconds() >= 1;
        return strong ? modified : null;
    }

    private Optional<Instant> date(String name) {
        String value = header(name);
        return value == null ? Optional.empty() : Optional.ofNullable(DateUtils.parseStandardDate(value));
    }

    /** Whether the answer sends the client to another place with the same request. */
    boolean isRedirect() {
        return switch (status()) {
            case 301, 302, 303, 307, 308 -> true;
            default -> false;
        };
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "HTTP %d", status());
    }
}
