package org.climaterescue.dispatcher.priority;

import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Consumes;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Get;
import io.micronaut.http.annotation.Post;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import org.climaterescue.db.ranking.RefreshLog;
import org.climaterescue.dispatcher.security.Roles;
import org.jspecify.annotations.Nullable;

/** What the priorizer says is rescued first. */
@Controller("/priorities")
@ExecuteOn(TaskExecutors.BLOCKING)
@Tag(name = "Priorities")
class PriorityController {

    private final Priorities priorities;

    PriorityController(Priorities priorities) {
        this.priorities = priorities;
    }

    /**
     * Asks the priorizer now, and has tasks follow its ranking. While it is away the last known ranking stands. A refresh that is under
     * way is waited for, and another one follows, which all share who ask meanwhile. One that takes long goes on after a 503.
     */
    @Post("/refresh")
    @Consumes(MediaType.ALL)
    @Secured(Roles.OPERATOR)
    Refreshed refresh() {
        RefreshLog.Entry entry = priorities.refresh();
        return new Refreshed(entry.ranked(), entry.changed(), Source.of(entry));
    }

    /** How the last refresh went, at whatever dispatcher. */
    @Get
    @Secured(SecurityRule.IS_ANONYMOUS)
    LastRefresh last() {
        RefreshLog.Entry entry = priorities.last();
        return new LastRefresh(
                entry.endedAt(),
                entry.endedAt() == null ? null : Source.of(entry),
                entry.ranked(),
                entry.changed(),
                entry.answeredAt(),
                entry.entries(),
                entry.skipped(),
                entry.error());
    }

    /**
     * What came of a refresh.
     *
     * @param ranked tasks that have a rank now
     * @param changed tasks whose rank changed, or that were created
     * @param source {@code last_known} when the priorizer gave no ranking
     */
    record Refreshed(long ranked, long changed, Source source) {}

    /**
     * The last refresh.
     *
     * @param refreshedAt when it ended; null when there was none yet
     * @param source {@code last_known} when the priorizer gave no ranking; null when there was no refresh yet
     * @param ranked tasks that had a rank then
     * @param changed tasks whose rank changed, or that were created
     * @param answeredAt when the priorizer last gave a ranking; null: never
     * @param entries what of that ranking was of use
     * @param skipped what of it was not: an entry without a rank, or with a URL that cannot be used
     * @param error why the priorizer gave no ranking; null when it gave one
     */
    record LastRefresh(
            @Nullable Instant refreshedAt,
            @Nullable Source source,
            long ranked,
            long changed,
            @Nullable Instant answeredAt,
            long entries,
            long skipped,
            @Nullable String error) {}
}
