package org.climaterescue.dispatcher.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micronaut.health.HealthStatus;
import io.micronaut.management.health.indicator.HealthResult;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

final class DatabaseHealthTest {

    @Test
    void aDatabaseThatIsAwayIsDownAndItsPlaceIsNotTold() {
        var config = new HikariConfig();
        config.setJdbcUrl("jdbc:postgresql://127.0.0.1:1/secret");
        config.setConnectionTimeout(250);
        config.setInitializationFailTimeout(-1);
        try (var pool = new HikariDataSource(config);
                var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            HealthResult result = new DatabaseHealth(pool, executor).check().join();

            assertThat(result.getName()).isEqualTo("database");
            assertThat(result.getStatus()).isEqualTo(HealthStatus.DOWN);
            assertThat(String.valueOf(result.getDetails()))
                    .doesNotContain("secret")
                    .doesNotContain("127.0.0.1");
        }
    }
}
