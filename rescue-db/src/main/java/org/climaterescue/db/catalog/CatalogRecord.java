package org.climaterescue.db.catalog;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.climaterescue.db.intake.Description;
import org.climaterescue.db.intake.Submission;
import org.climaterescue.protocol.Sha256;
import org.jspecify.annotations.Nullable;

/** One record of a catalog, as far as it could be read. */
public sealed interface CatalogRecord {

    /** Where it stood, for people. */
    String position();

    /** The record itself, or its beginning. */
    String text();

    /** About how much memory it takes, in characters. */
    int characters();

    /**
     * It names an asset.
     *
     * @param fingerprint equal for records that say the same about their asset
     */
    record Asset(String position, String text, Submission submission, Sha256 fingerprint) implements CatalogRecord {

        public Asset(String position, String text, Submission submission) {
            this(position, text, submission, fingerprint(submission.description()));
        }

        @Override
        public int characters() {
            Description said = submission.description();
            return submission.url().raw().length()
                    + length(said.name())
                    + length(said.dataset())
                    + length(said.organization())
                    + length(submission.payload());
        }

        private static int length(@Nullable String text) {
            return text == null ? 0 : text.length();
        }

        private static Sha256 fingerprint(Description said) {
            MessageDigest digest = Sha256.start();
            add(digest, said.name());
            add(digest, said.dataset());
            add(digest, said.organization());
            add(digest, said.sizeBytes());
            add(digest, said.sha256() == null ? null : said.sha256().hex());
            add(digest, said.priority());
            return Sha256.of(digest.digest());
        }

        /** Members are told apart by a byte that UTF-8 never holds. */
        private static void add(MessageDigest digest, @Nullable Object value) {
            if (value != null) {
                digest.update(value.toString().getBytes(StandardCharsets.UTF_8));
                digest.update((byte) 0xfe);
            }
            digest.update((byte) 0xff);
        }
    }

    /**
     * It cannot be used.
     *
     * @param reason why, for people
     */
    record Refused(String position, String text, String reason) implements CatalogRecord {

        @Override
        public int characters() {
            return text.length() + reason.length();
        }
    }
}
