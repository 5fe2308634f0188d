package org.climaterescue.dispatcher.task;

import org.climaterescue.protocol.OriginUrl;
import org.climaterescue.protocol.StoragePath;

/** What a file is called on the nodes' disks, relative to their directories. */
final class FileName {

    private FileName() {}

    /**
     * The name that nodes wish for; one that keeps two files of that name apart calls the second otherwise. It leads nowhere
     * else and needs no escapes.
     */
    static String of(String url) {
        return OriginUrl.parse(url)
                .map(origin -> StoragePath.of(origin).toString())
                // A magnet: its link is all there is.
                .orElseGet(() -> url.replaceAll("[^A-Za-z0-9.=_-]", "_").replace("..", "__"));
    }
}
