package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micronaut.context.ApplicationContext;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Requires;
import io.micronaut.core.annotation.Introspected;
import io.micronaut.data.annotation.Id;
import io.micronaut.data.annotation.MappedEntity;
import io.micronaut.data.annotation.Query;
import io.micronaut.data.connection.annotation.Connectable;
import io.micronaut.data.connection.jdbc.advice.DelegatingDataSource;
import io.micronaut.data.jdbc.annotation.JdbcRepository;
import io.micronaut.data.model.query.builder.sql.Dialect;
import io.micronaut.data.repository.GenericRepository;
import io.micronaut.transaction.TransactionOperations;
import io.micronaut.transaction.annotation.Transactional;
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
    void programmedTransactionsWorkOnTheSameDatabase() {
        @SuppressWarnings("unchecked") // the bean is asked for by its raw class, and there is one only
        TransactionOperations<Connection> transactions = context.getBean(TransactionOperations.class);
        transactions.executeWrite(status -> {
            try (var statement = status.getConnection().createStatement()) {
                return statement.executeUpdate("insert into host (name) values ('programmed.example')");
            } catch (SQLException e) {
                throw new StorageFailure(e);
            }
        });
        assertThat(context.getBean(HostRepository.class).find("programmed.example"))
                .hasSize(1);
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

        private final DataSource dataSource;
        private final HostRepository repository;

        Hosts(DataSource dataSource, HostRepository repository) {
            this.dataSource = dataSource;
            this.repository = repository;
        }

        @Transactional
        void add(String name) {
            try (var statement = dataSource.getConnection().prepareStatement("insert into host (name) values (?)")) {
                statement.setString(1, name);
                statement.executeUpdate();
            } catch (SQLException e) {
                throw new StorageFailure(e);
            }
        }

        @Transactional
        void addAndFail(String name) {
            add(name);
            throw new IllegalStateException("after the insert");
        }

        @Connectable
        List<String> names() {
            return repository.names();
        }
    }

    @MappedEntity("host")
    @Introspected
    record Host(@Id int hostNo, String name) {}

    @JdbcRepository(dialect = Dialect.POSTGRES)
    @Requires(property = "spec.name", value = HERE)
    interface HostRepository extends GenericRepository<Host, Integer> {

        @Query("select host_no, name from host where name = :name")
        List<Host> find(String name);

        @Query("select name from host")
        List<String> names();
    }
}
