package org.climaterescue.dispatcher.priority;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;
import org.climaterescue.db.ranking.RefreshLog;

/** Where the ranking came from that tasks follow after a refresh. */
enum Source {
    PRIORIZER,
    LAST_KNOWN;

    static Source of(RefreshLog.Entry refresh) {
        return refresh.error() == null ? PRIORIZER : LAST_KNOWN;
    }

    @JsonValue
    String wire() {
        return name().toLowerCase(Locale.ROOT);
    }
}
