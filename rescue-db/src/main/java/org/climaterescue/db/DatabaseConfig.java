package org.climaterescue.db;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Which database the program works on; the program provides it as a bean.
 *
 * @param url as {@link DatabaseUrl#parse} takes it; null: an embedded PostgreSQL under {@code dataDir}
 * @param dataDir need not exist; not touched when there is a URL
 */
public record DatabaseConfig(@Nullable String url, Path dataDir) {

    /** Without the password that the URL may hold. */
    @Override
    public String toString() {
        return url == null
                ? "an embedded database in " + dataDir
                : DatabaseUrl.parse(url).toString();
    }
}
