package org.climaterescue.dispatcher.intake;

import org.climaterescue.db.intake.AssetUrl;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.OriginUrl;
import org.climaterescue.protocol.UnusableUrl;

/**
 * Brings a URL into the form by which URLs are equal: {@link OriginUrl#canonical()}, and for magnets their infohash. The
 * agents read it with the same {@link OriginUrl}, so what is taken here they can ask for.
 */
public final class CanonicalUrl {

    private CanonicalUrl() {}

    /**
     * Reads a URL.
     *
     * @throws ProblemException 400 that names {@code dataset_url} and says what is wrong
     */
    public static AssetUrl of(String raw) {
        if (raw.length() > Limits.URL_LENGTH) {
            throw bad("is longer than " + Limits.URL_LENGTH + " characters");
        }
        if (Magnet.is(raw)) {
            return new AssetUrl(raw, Magnet.canonical(raw), Magnet.HOST);
        }
        try {
            OriginUrl url = OriginUrl.of(raw);
            return new AssetUrl(raw, url.canonical(), url.authority());
        } catch (UnusableUrl unusable) {
            throw bad(unusable.reason());
        }
    }

    static ProblemException bad(String what) {
        return ProblemException.invalid("dataset_url", "dataset_url " + what);
    }
}
