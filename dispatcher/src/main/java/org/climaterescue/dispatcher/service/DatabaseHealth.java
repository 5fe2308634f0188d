package org.climaterescue.dispatcher.service;

import io.micronaut.context.annotation.Requires;
import io.micronaut.core.async.publisher.Publishers;
import io.micronaut.data.connection.jdbc.advice.DelegatingDataSource;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthIndicator;
import io.micronaut.management.health.indicator.HealthResult;
import io.micronaut.management.health.indicator.annotation.Readiness;
import io.micronaut.scheduling.TaskExecutors;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ready means that the database answers. Says nothing of where the database is, for everybody may ask. */
@Singleton
@Readiness
@Requires(beans = DataSource.class)
public final class DatabaseHealth implements HealthIndicator {

    private static final Logger log = LoggerFactory.getLogger(DatabaseHealth.class);
    private static final String NAME = "database";
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final DataSource dataSource;
    private final ExecutorService blocking;
    /** When it was first found to be away; null while it answers. */
    private final AtomicReference<@Nullable Instant> away = new AtomicReference<>();

    DatabaseHealth(DataSource dataSource, @Named(TaskExecutors.BLOCKING) ExecutorService blocking) {
        this.dataSource = DelegatingDataSource.unwrapDataSource(dataSource);
        this.blocking = blocking;
    }

    @Override
    public Publisher<HealthResult> getResult() {
        return Publishers.fromCompletableFuture(this::check);
    }

    CompletableFuture<HealthResult> check() {
        return awaySince()
                .thenApply(since -> HealthResult.builder(NAME, since.isEmpty() ? HealthStatus.UP : HealthStatus.DOWN)
                        .details(since.isEmpty() ? Map.of() : Map.of("error", "the database does not answer"))
                        .build());
    }

    /**
     * Asks the database whether it is there; it has three seconds to answer.
     *
     * @return when this instance first found it away; empty when it answers
     */
    public CompletableFuture<Optional<Instant>> awaySince() {
        return CompletableFuture.supplyAsync(this::answers, blocking)
                .completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)
                .thenApply(this::note);
    }

    private boolean answers() {
        try (Connection connection = dataSource.getConnection()) {
            return connection.isValid((int) PATIENCE.toSeconds());
        } catch (SQLException refused) {
            log.debug("The database does not answer", refused);
            return false;
        }
    }

    private Optional<Instant> note(boolean answers) {
        Instant now = Instant.now();
        Instant before = away.getAndUpdate(since -> answers ? null : since == null ? now : since);
        if (answers && before != null) {
            log.info("The database answers again");
        } else if (!answers && before == null) {
            log.warn("The database does not answer");
        }
        return answers ? Optional.empty() : Optional.of(before == null ? now : before);
    }
}
