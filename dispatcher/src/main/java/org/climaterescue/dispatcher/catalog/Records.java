package org.climaterescue.dispatcher.catalog;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import jakarta.inject.Singleton;
import jakarta.validation.ConstraintViolationException;
import java.io.IOException;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.climaterescue.db.catalog.CatalogRecord;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.dispatcher.intake.Submissions;
import org.climaterescue.dispatcher.intake.TaskRequest;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.problem.Violations;
import org.climaterescue.protocol.Limits;
import org.jspecify.annotations.Nullable;

/** Makes submissions of records; a record that cannot be one is refused with the reason. */
@Singleton
final class Records {

    /** The members of a row that may hold the URL; the first that does is taken. */
    static final List<String> URL_MEMBERS = List.of("url", "dataset_url", "download_url", "link");

    private static final int LONGEST_EXCERPT = 4000;
    private static final BigDecimal LARGEST_SIZE = BigDecimal.valueOf(Long.MAX_VALUE);

    /** A file of more than a petabyte is a mistake of its catalog. */
    private static final long LARGEST_SANE_SIZE = 1_000_000_000_000_000L;

    private static final Pattern HASH =
            Pattern.compile("(?:sha-?256:)?(" + Limits.SHA256 + ")", Pattern.CASE_INSENSITIVE);

    private final Submissions submissions;

    Records(Submissions submissions) {
        this.submissions = submissions;
    }

    /** A record that is not even an object, or not JSON. */
    static CatalogRecord refused(String position, String record, String reason) {
        return new CatalogRecord.Refused(position, excerpt(record), reason);
    }

    /**
     * One distribution of a DCAT dataset.
     *
     * @param title the dataset's; null if it has none
     * @param publisher the dataset's; null if it names none
     */
    CatalogRecord distribution(String position, JsonNode record, @Nullable String title, @Nullable String publisher) {
        if (!record.isObject()) {
            return refused(position, record.toString(), "the distribution is no object");
        }
        String url = ownUrl(record);
        if (url == null) {
            return refused(position, record.toString(), "neither downloadURL nor accessURL holds a URL");
        }
        return checked(
                position,
                record,
                file(
                        url,
                        record.get("title"),
                        title,
                        publisher,
                        record.get("byteSize"),
                        checksum(record.get("checksum"))));
    }

    /** What a distribution, or a dataset without them, gives as its URL; null if nothing. */
    static @Nullable String ownUrl(JsonNode record) {
        String download = link(record.get("downloadURL"));
        return download == null ? link(record.get("accessURL")) : download;
    }

    /** JSON-LD may write a link as an object. */
    private static @Nullable String link(@Nullable JsonNode value) {
        return text(value != null && value.isObject() ? value.get("@id") : value);
    }

    /**
     * One resource of a CKAN package.
     *
     * @param title the package's; null if it has none
     * @param organization the package's; null if it names none
     */
    CatalogRecord resource(String position, JsonNode record, @Nullable String title, @Nullable String organization) {
        if (!record.isObject()) {
            return refused(position, record.toString(), "the resource is no object");
        }
        String url = text(record.get("url"));
        if (url == null) {
            return refused(position, record.toString(), "url holds no URL");
        }
        // CKAN gives 0 for a size that it does not know.
        JsonNode size = record.get("size");
        Long bytes = wholeNumber(size);
        return checked(
                position,
                record,
                file(
                        url,
                        record.get("name"),
                        title,
                        organization,
                        bytes == null || bytes == 0 ? null : size,
                        hash(record)));
    }

    private static TaskRequest file(
            String url,
            @Nullable JsonNode name,
            @Nullable String dataset,
            @Nullable String organization,
            @Nullable JsonNode size,
            @Nullable String sha256) {
        Long bytes = wholeNumber(size);
        return new TaskRequest(
                null,
                url,
                cut(text(name)),
                cut(dataset),
                cut(organization),
                bytes != null && bytes <= LARGEST_SANE_SIZE ? bytes : null,
                sha256,
                null,
                null,
                null);
    }

    /** One row of JSON lines. */
    CatalogRecord row(String position, JsonNode record) {
        if (!record.isObject()) {
            return refused(position, record.toString(), "the row is no object");
        }
        String url = firstText(record, URL_MEMBERS);
        if (url == null) {
            return refused(position, record.toString(), "none of url, dataset_url, download_url and link holds a URL");
        }
        try {
            return checked(
                    position,
                    record,
                    new TaskRequest(
                            text(record.get("request_id")),
                            url,
                            cut(text(record.get("name"))),
                            cut(text(record.get("dataset"))),
                            cut(text(record.get("organization"))),
                            number(record, "size_bytes"),
                            text(record.get("sha256")),
                            small(number(record, "priority")),
                            small(number(record, "copies")),
                            record.get("payload")));
        } catch (ProblemException wrong) {
            return refused(position, record.toString(), wrong.detail());
        }
    }

    /** One row of a table; {@code fields} are texts. */
    CatalogRecord tableRow(String position, ObjectNode fields) {
        String url = firstText(fields, URL_MEMBERS);
        if (url != null && (url.indexOf('\n') >= 0 || url.indexOf('\r') >= 0)) {
            return refused(
                    position, fields.toString(), "the URL goes over several lines; a quote may be missing in this row");
        }
        JsonNode payload = fields.get("payload");
        if (payload != null) {
            try (JsonParser parser = CatalogFile.parser(payload.textValue())) {
                parser.nextToken();
                JsonNode object = BoundedJson.read(parser);
                if (parser.nextToken() != null) {
                    return refused(
                            position, fields.toString(), "payload must be one JSON object, with nothing after it");
                }
                fields.set("payload", object);
            } catch (IOException notJson) {
                return refused(position, fields.toString(), "payload must be one JSON object, with nothing after it");
            }
        }
        return row(position, fields);
    }

    /** Every URL of a catalog passes here; this is the only place where one is judged. */
    private CatalogRecord checked(String position, JsonNode record, TaskRequest request) {
        try {
            // Written down only if the database refuses the record after all, so the URL will do.
            return new CatalogRecord.Asset(position, request.datasetUrl(), submission(request));
        } catch (ConstraintViolationException wrong) {
            return refused(position, record.toString(), Violations.detail(wrong));
        } catch (ProblemException wrong) {
            return refused(position, record.toString(), BoundedJson.storable(wrong.detail()));
        }
    }

    /** The request as it is, or with its URL repaired where that slipped or is refused. */
    private Submission submission(TaskRequest request) {
        Optional<UrlRepair> slip = UrlRepair.ofSlip(request.datasetUrl());
        if (slip.isPresent()) {
            return repaired(request, slip.get());
        }
        try {
            return submissions.check(request);
        } catch (ProblemException refused) {
            if (!"dataset_url".equals(refused.field())) {
                throw refused;
            }
            return repaired(request, UrlRepair.of(request.datasetUrl()).orElseThrow(() -> refused));
        }
    }

    private Submission repaired(TaskRequest request, UrlRepair repair) {
        return submissions
                .check(request.at(repair.url()))
                .repaired(new Submission.Repair(repair.note(), BoundedJson.storable(request.datasetUrl())));
    }

    private static @Nullable String firstText(JsonNode record, List<String> members) {
        for (String member : members) {
            String text = text(record.get(member));
            if (text != null) {
                return text;
            }
        }
        return null;
    }

    /** A text or a number as text; null when absent, blank or something else. */
    static @Nullable String text(@Nullable JsonNode value) {
        if (value == null || !value.isValueNode() || value.isNull()) {
            return null;
        }
        String text = value.asText().strip();
        return text.isEmpty() ? null : text;
    }

    /** A catalog with overlong titles is still worth rescuing. */
    private static @Nullable String cut(@Nullable String text) {
        if (text == null || text.length() <= TaskRequest.LONGEST_TEXT) {
            return text;
        }
        return BoundedJson.storable(text.substring(0, TaskRequest.LONGEST_TEXT - 1)) + "…";
    }

    /** The SHA-256 of a distribution; null if it gives another digest or none. */
    private static @Nullable String checksum(@Nullable JsonNode checksum) {
        if (checksum == null || !checksum.isObject()) {
            return null;
        }
        String algorithm = text(checksum.get("algorithm"));
        String value = text(checksum.get("checksumValue"));
        boolean sha256 = algorithm != null
                && algorithm.toLowerCase(Locale.ROOT).replaceAll("[-_ ]", "").contains("sha256");
        return sha256 && value != null && value.matches(Limits.SHA256) ? value : null;
    }

    /** The SHA-256 of a resource, also with the algorithm before it; null if it gives another digest or none. */
    private static @Nullable String hash(JsonNode record) {
        String hash = text(record.get("hash"));
        if (hash == null) {
            return null;
        }
        Matcher matcher = HASH.matcher(hash);
        return matcher.matches() ? matcher.group(1) : null;
    }

    private static @Nullable Long wholeNumber(@Nullable JsonNode value) {
        String text = text(value);
        return text == null ? null : bytes(text);
    }

    /** A number of bytes; null if that is not said, or makes no sense. */
    static @Nullable Long bytes(String text) {
        if (text.length() > 40) {
            return null;
        }
        try {
            var number = new BigDecimal(text);
            // An exponent of a billion would unfold to a billion digits.
            boolean sane = Math.abs((long) number.scale()) < 40;
            return sane && number.signum() >= 0 && number.compareTo(LARGEST_SIZE) <= 0 ? number.longValueExact() : null;
        } catch (ArithmeticException | NumberFormatException notWhole) {
            return null;
        }
    }

    private static @Nullable Long number(JsonNode record, String member) {
        JsonNode value = record.get(member);
        if (value == null
                || value.isNull()
                || (value.isTextual() && value.textValue().isBlank())) {
            return null;
        }
        Long number = value.isContainerNode() ? null : wholeNumber(value);
        if (number == null) {
            throw ProblemException.invalid(member, member + " must be a whole number, 0 or more");
        }
        return number;
    }

    private static @Nullable Integer small(@Nullable Long number) {
        return number == null ? null : (int) Math.min(number, Integer.MAX_VALUE);
    }

    private static String excerpt(String record) {
        String whole = record.length() <= LONGEST_EXCERPT ? record : record.substring(0, LONGEST_EXCERPT) + "…";
        return BoundedJson.storable(whole);
    }
}
