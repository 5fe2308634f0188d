package org.climaterescue.protocol;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every error body: RFC 9457 problem details.
 *
 * @param type a URI that names the kind of problem
 * @param title the kind of problem for people, the same every time
 * @param status the HTTP status
 * @param detail what happened this time and what to do
 * @param code the kind of problem for programs; stable
 * @param field the member of the request that is wrong; null when no single one is
 * @param more extra members, each beside the others in the body
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Problem(
        String type,
        String title,
        int status,
        @Nullable String detail,
        String code,
        @Nullable String field,
        @JsonAnySetter @JsonAnyGetter Map<String, @Nullable Object> more) {

    /** The media type of a problem (RFC 9457, section 6.1). */
    public static final String MEDIA_TYPE = "application/problem+json";

    public Problem {
        more = more == null ? Map.of() : new LinkedHashMap<>(more);
    }
}
