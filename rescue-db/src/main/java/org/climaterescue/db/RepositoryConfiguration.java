package org.climaterescue.db;

import io.micronaut.data.jdbc.config.DataJdbcConfiguration;
import io.micronaut.data.model.query.builder.sql.Dialect;
import jakarta.inject.Named;
import jakarta.inject.Singleton;

/**
 * What Micronaut's repositories must know of our {@code DataSource}. Elsewhere it comes from {@code datasources.default.*},
 * but such properties would make Micronaut open a second pool.
 */
@Singleton
@Named("default")
final class RepositoryConfiguration extends DataJdbcConfiguration {

    RepositoryConfiguration() {
        super("default");
        setDialect(Dialect.POSTGRES);
    }
}
