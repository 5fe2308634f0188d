package org.climaterescue.dispatcher.settings;

import io.micronaut.context.annotation.Factory;
import jakarta.inject.Singleton;
import org.climaterescue.db.DatabaseConfig;

/** Tells the state of record where it is. */
@Factory
final class DatabaseSettings {

    @Singleton
    DatabaseConfig databaseConfig(Settings settings) {
        return new DatabaseConfig(settings.database().url(), settings.database().dataDir());
    }
}
