package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.data.connection.jdbc.advice.DelegatingDataSource;
import jakarta.inject.Singleton;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseFactoryTest {

    private static final String HERE = "DatabaseFactoryTest";

    private static ApplicationContext context;

    @BeforeAll
    static void start() {
        context = ApplicationContext.run(Map.of("spec.name", HERE, "url", TestDatabase.create()));
    }

    @AfterAll
    static void stop() {
        context.close();
    }

    @Test
    void aTransactionIsCommittedOrRolledBackAsAWhole() {
        var hosts = context.getBean(Hosts.class);
        assertThatThrownBy(() -> hosts.addAndFail("rolled-back.example")).isInstanceOf(IllegalStateException.class);
        hosts.add("committed.example");
        assertThat(hosts.names()).contains("committed.example").doesNotContain("rolled-back.example");
    }

    @Test
    void moreVirtualThreadsThanConnectionsAreServed() throws Exception {
        var hosts = context.getBean(Hosts.class);
        List<Callable<List<String>>> calls = IntStream.range(0, 200)
                .<Callable<List<String>>>mapToObj(i -> () -> {
                    hosts.add("virtual-" + i);
                    return hosts.names();
                })
                .toList();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<String>> answer : threads.invokeAll(calls)) {
                assertThat(answer.get()).isNotEmpty();
            }
        }
        assertThat(hosts.names()).contains("virtual-0", "virtual-199");
    }

    @Test
    void thePoolItselfIsAtHandForConnectionsOfOnesOwn() throws Exception {
        DataSource bean = context.getBean(DataSource.class);
        DataSource pool = context.getBean(Database.class).pool();
        assertThat(DelegatingDataSource.unwrapDataSource(bean)).isSameAs(pool);
        try (var connection = pool.getConnection()) {
            assertThat(connection.isValid(1)).isTrue();
        }
    }

    @Test
    void theEndOfTheContextClosesThePoolAndStopsTheServer(@TempDir(factory = MemoryDirectory.class) Path dataDir)
            throws Exception {
        EmbeddedDatabaseTest.prepare(dataDir);
        Path cluster;
        Database database;
        try (var embedded = ApplicationContext.run(Map.of("spec.name", HERE, "dir", dataDir.toString()))) {
            database = embedded.getBean(Database.class);
            embedded.getBean(Hosts.class).add("kept.example");
            cluster = dataDir.toRealPath().resolve("postgresql");
            assertThat(LeftoverServer.processes(cluster)).isNotEmpty();
        }
        assertThat(database.pool().isClosed()).isTrue();
        assertThat(LeftoverServer.processes(cluster)).isEmpty();
    }

    @Factory
    @Requires(property = "spec.name", value = HERE)
    static class Configuration {

        @Singleton
        DatabaseOpening opening(ApplicationContext context) {
            return DatabaseOpening.begin(new DatabaseConfig(
                    context.getProperty("url", String.class).orElse(null),
                    Path.of(context.getProperty("dir", String.class).orElse("unused"))));
        }
    }

    @Singleton
    @Requires(property = "spec.name", value = HERE)
    static class Hosts {

        private final Transactions transactions;

        Hosts(Transactions transactions) {
            this.transactions = transactions;
        }

        void add(String name) {
            transactions.in(connection -> insert(connection, name));
        }

        void addAndFail(String name) {
            transactions.in(connection -> {
                insert(connection, name);
                throw new IllegalStateException("after the insert");
            });
        }

        List<String> names() {
            return transactions.in(
                    connection -> Sql.of(connection, "select name from host").list(row -> row.text("name")));
        }

        private static int insert(Connection connection, String name) throws SQLException {
            return Sql.of(connection, "insert into host (name) values (?)", name)
                    .update();
        }
    }
}
