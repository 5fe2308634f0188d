package org.climaterescue.db;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;

/** A connection to a server that only reads is dropped, for a failover has left it behind: the next one may find the primary. */
public final class StandbyEviction implements SQLExceptionOverride {

    @java.lang.Override
    public Override adjudicate(SQLException failure) {
        return StorageFailure.readOnly(failure) ? Override.MUST_EVICT : Override.CONTINUE_EVICT;
    }
}
