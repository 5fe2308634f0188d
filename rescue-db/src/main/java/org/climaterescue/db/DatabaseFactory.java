package org.climaterescue.db;

import io.micronaut.context.annotation.Bean;
import io.micronaut.context.annotation.Context;
import io.micronaut.context.annotation.Factory;
import jakarta.inject.Named;
import jakarta.inject.Singleton;
import javax.sql.DataSource;

/**
 * Gives the database to the application's beans.
 *
 * <p>Micronaut wraps the {@code DataSource} bean so that it only works inside {@code @Connectable} or
 * {@code @Transactional}. Whoever needs a connection of its own takes the {@link Database}.
 */
@Factory
final class DatabaseFactory {

    /** Opened before anything listens; closed after everything that uses it. */
    @Context
    @Bean(preDestroy = "close")
    Database database(DatabaseOpening opening) {
        return opening.await();
    }

    @Singleton
    @Named("default")
    DataSource dataSource(Database database) {
        return database.pool();
    }
}
