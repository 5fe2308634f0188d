package org.climaterescue.priorizer;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code {"asset":[{…},…]}} entry by entry; only one entry is in memory at a time. It is milder than the project's own
 * JSON, for the priorizer is not ours: what it cannot use it counts and passes over.
 */
final class RankingParser {

    private static final long MB = 1_000_000;
    private static final double MAX_SIZE_MB = 1e12;
    private static final long MAX_DOCUMENT_BYTES = 4_000_000_000L;
    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxDocumentLength(MAX_DOCUMENT_BYTES)
                    .build())
            .build();

    private RankingParser() {}

    /**
     * Hands each usable entry on, in the order of the document.
     *
     * @throws JsonParseException when the document is not JSON, breaks off, or has no list named {@code asset}
     */
    static Ranking parse(InputStream document, Consumer<Ranking.Entry> each) throws IOException {
        try (JsonParser parser = FACTORY.createParser(document)) {
            Ranking ranking = null;
            if (parser.nextToken() == JsonToken.START_OBJECT) {
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    boolean list = parser.currentName().equals("asset");
                    if (parser.nextToken() == JsonToken.START_ARRAY && list && ranking == null) {
                        ranking = entries(parser, each);
                    } else {
                        parser.skipChildren();
                    }
                }
            }
            if (ranking == null) {
                throw new JsonParseException(parser, "there is no list named asset");
            }
            return ranking;
        }
    }

    private static Ranking entries(JsonParser parser, Consumer<Ranking.Entry> each) throws IOException {
        long entries = 0;
        long skipped = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            Ranking.Entry entry = null;
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                entry = new Draft().read(parser);
            } else if (parser.currentToken() == null) {
                throw new JsonParseException(parser, "the list of assets breaks off");
            } else {
                parser.skipChildren();
            }
            if (entry == null) {
                skipped++;
            } else {
                entries++;
                each.accept(entry);
            }
        }
        return new Ranking(entries, skipped);
    }

    /** An entry while its members come in. */
    private static final class Draft {
        private boolean good = true;
        private int rank;
        private @Nullable String url;
        private @Nullable String path;
        private @Nullable String name;
        private @Nullable Long sizeBytes;
        private @Nullable String datasetId;
        private @Nullable String resourceId;
        private @Nullable String assetId;

        /** Reads to the end of the object; null when it is of no use. */
        private Ranking.@Nullable Entry read(JsonParser parser) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String member = parser.currentName();
                parser.nextToken();
                switch (member) {
                    case "priority" -> rank = rank(parser);
                    case "url" -> url = text(parser);
                    case "path" -> path = text(parser);
                    case "name" -> name = text(parser);
                    case "size_mb" -> sizeBytes = size(parser);
                    case "ds_id" -> datasetId = text(parser);
                    case "res_id" -> resourceId = text(parser);
                    case "asset_id" -> assetId = text(parser);
                    default -> parser.skipChildren();
                }
            }
            return good && rank > 0 && url != null && !url.isBlank()
                    ? new Ranking.Entry(rank, url, path, name, sizeBytes, datasetId, resourceId, assetId)
                    : null;
        }

        private int rank(JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && parser.getNumberType() == JsonParser.NumberType.INT) {
                return parser.getIntValue();
            }
            return (int) refuse(parser);
        }

        /** A text, or an id that is a number. */
        private @Nullable String text(JsonParser parser) throws IOException {
            return switch (parser.currentToken()) {
                case VALUE_STRING, VALUE_NUMBER_INT -> parser.getText();
                case VALUE_NULL -> null;
                default -> {
                    refuse(parser);
                    yield null;
                }
            };
        }

        private @Nullable Long size(JsonParser parser) throws IOException {
            if (parser.currentToken() == JsonToken.VALUE_NULL) {
                return null;
            }
            if (parser.currentToken().isNumeric()) {
                double megabytes = parser.getDoubleValue();
                if (megabytes >= 0 && megabytes <= MAX_SIZE_MB) {
                    return (long) Math.ceil(megabytes * MB);
                }
            }
            return refuse(parser);
        }

        private long refuse(JsonParser parser) throws IOException {
            good = false;
            parser.skipChildren();
            return 0;
        }
    }
}
