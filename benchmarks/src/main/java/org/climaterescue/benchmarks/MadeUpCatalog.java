package org.climaterescue.benchmarks;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** A DCAT-US catalog of any length that is written while it is read: datasets as NASA's are, with five files each. */
final class MadeUpCatalog extends InputStream {

    private static final String DESCRIPTION =
            "The data set holds daily gridded fields of temperature and precipitation that"
                    + " were measured over land and sea, with quality flags and the number of stations. ";
    private static final int FILES = 5;
    private static final int HOSTS = 400;

    private final String name;
    private final long length;
    private byte[] part = "{\"conformsTo\":\"https://project-open-data.cio.gov/v1.1/schema\",\"dataset\":[\n"
            .getBytes(StandardCharsets.UTF_8);
    private int at;
    private long written;
    private int datasets;
    private boolean ended;

    /**
     * Begins it.
     *
     * @param name tells its URLs from those of others
     * @param length in bytes, about
     */
    MadeUpCatalog(String name, long length) {
        this.name = name;
        this.length = length;
    }

    @Override
    public int read() {
        return more() ? part[at++] & 0xff : -1;
    }

    @Override
    public int read(byte[] block, int offset, int count) {
        if (!more()) {
            return -1;
        }
        int some = Math.min(count, part.length - at);
        System.arraycopy(part, at, block, offset, some);
        at += some;
        return some;
    }

    private boolean more() {
        if (at < part.length) {
            return true;
        }
        if (ended) {
            return false;
        }
        written += part.length;
        ended = written >= length;
        part = (ended ? "\n]}\n" : dataset()).getBytes(StandardCharsets.UTF_8);
        at = 0;
        return true;
    }

    private String dataset() {
        int no = ++datasets;
        var distributions = new String[FILES];
        Arrays.setAll(distributions, file -> """
                {
                  "@type": "dcat:Distribution",
                  "downloadURL": "https://data%1$d.example.org/archive/%2$s/project-%3$d/dataset-%4$d/file-%4$d-%5$d.nc?version=1",
                  "mediaType": "application/x-netcdf",
                  "title": "Granule %5$d of data set %4$d",
                  "description": "Access the data over HTTPS"
                }""".formatted(no % HOSTS, name, no / 50, no, file));
        return """
                %s{
                  "@type": "dcat:Dataset",
                  "accessLevel": "public",
                  "bureauCode": ["026:00"],
                  "contactPoint": {"@type": "vcard:Contact", "fn": "A. Name", "hasEmail": "mailto:a@example.org"},
                  "description": "%s",
                  "distribution": [%s],
                  "identifier": "C%d-PROVIDER",
                  "keyword": ["earth science", "atmosphere", "temperature"],
                  "modified": "2024-05-01T00:00:00.000Z",
                  "programCode": ["026:001"],
                  "publisher": {"@type": "org:Organization", "name": "NASA/GSFC/SED/ESD"},
                  "title": "Daily fields of temperature and precipitation, part %d"
                }""".formatted(no == 1 ? "" : ",\n", DESCRIPTION.repeat(6), String.join(",", distributions), no, no);
    }
}
