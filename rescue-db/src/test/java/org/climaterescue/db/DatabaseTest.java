package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {

    private static final Path UNUSED = Path.of("unused-data-directory");

    @Test
    void withoutAUrlADatabaseIsMadeUnderTheDataDirectory(@TempDir(factory = MemoryDirectory.class) Path dataDir)
            throws Exception {
        EmbeddedDatabaseTest.prepare(dataDir);
        try (var database = Database.open(null, dataDir, Database.PATIENCE)) {
            try (var connection = database.pool().getConnection()) {
                execute(connection, "insert into host (name) values ('example.org')");
            }
            assertRefused(() -> Database.open(null, dataDir, Database.PATIENCE), dataDir + " is already in use");
        }
        try (var database = Database.open(null, dataDir, Database.PATIENCE);
                var connection = database.connect("test")) {
            assertThat(texts(connection, "select name from host where name = 'example.org'"))
                    .hasSize(1);
        }
    }

    @Test
    void aDatabaseThatIsAwayIsWaitedFor() throws Exception {
        String url = TestDatabase.createEmpty();
        try (var gate = new Gate(port(url));
                var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<Database> opened =
                    threads.submit(() -> Database.open(through(gate, url), UNUSED, Database.PATIENCE));
            gate.awaitAKnock();
            gate.open();
            try (var database = opened.get()) {
                assertThat(texts(database, "select count(*) from host")).hasSize(1);
            }
        }
    }

    @Test
    void aDatabaseThatStaysAwayIsGivenUp() throws Exception {
        try (var gate = new Gate(0)) {
            String url = "postgresql://joe:s3cret@127.0.0.1:%d/rescue".formatted(gate.port());
            assertRefused(
                    () -> Database.open(url, UNUSED, Duration.ofMillis(1)),
                    "127.0.0.1:%d/rescue as joe did not answer within".formatted(gate.port()));
        }
        assertRefused(
                () -> Database.open("postgresql://no-such-host.invalid/rescue", UNUSED, Duration.ZERO),
                "no-such-host.invalid");
    }

    @Test
    void aWrongPasswordOrDatabaseIsNotWaitedFor() {
        DatabaseUrl right = DatabaseUrl.parse(TestDatabase.create());
        String place = right.place();
        assertRefused(
                () -> Database.open(
                        "postgresql://%s:wrong@%s".formatted(right.user(), place), UNUSED, Duration.ofHours(1)),
                "password authentication failed");
        String elsewhere = place.substring(0, place.indexOf('/')) + "/nowhere";
        assertRefused(
                () -> Database.open(
                        "postgresql://%s:%s@%s".formatted(right.user(), right.password(), elsewhere),
                        UNUSED,
                        Duration.ofHours(1)),
                "\"nowhere\" does not exist");
    }

    @Test
    void instancesThatStartAtOnceMigrateOnce() throws Exception {
        String url = TestDatabase.createEmpty();
        Callable<Database> open = () -> Database.open(url, UNUSED, Database.PATIENCE);
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Database>> opened =
                    Stream.generate(() -> threads.submit(open)).limit(4).toList();
            for (Future<Database> database : opened) {
                assertThat(texts(
                                database.get(), "select count(*) - count(distinct version) from flyway_schema_history"))
                        .containsExactly("0");
            }
            for (Future<Database> database : opened) {
                database.get().close();
            }
        }
    }

    @Test
    void aNewerSchemaIsRefused() throws Exception {
        String url = TestDatabase.create();
        String known;
        try (var connection = DriverManager.getConnection(url)) {
            known = texts(connection, "select version from flyway_schema_history order by installed_rank desc limit 1")
                    .getFirst();
            execute(connection, """
                    insert into flyway_schema_history
                        (installed_rank, version, description, type, script, installed_by, execution_time, success)
                    values (1000, '999', 'from the future', 'SQL', 'V999__from_the_future.sql', 'test', 0, true)
                    """);
        }
        assertRefused(
                () -> Database.open(url, UNUSED, Database.PATIENCE),
                "database schema is at version 999, this program knows " + known + ": start the newer program");
    }

    @Test
    void aSchemaThatWasMadeOtherwiseIsRefused() throws Exception {
        String url = TestDatabase.create();
        try (var connection = DriverManager.getConnection(url)) {
            execute(connection, "update flyway_schema_history set checksum = checksum + 1 where version = '1'");
        }
        assertRefused(() -> Database.open(url, UNUSED, Database.PATIENCE), "made by another build");
    }

    @Test
    void connectionsAreInUtcWhereverTheProgramRuns() throws Exception {
        String url = TestDatabase.create();
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("Asia/Kolkata"));
        try (var database = Database.open(url, UNUSED, Database.PATIENCE);
                var own = database.connect("claim")) {
            assertThat(texts(database, "show timezone")).containsExactly("UTC");
            assertThat(texts(own, "show timezone")).containsExactly("UTC");
            assertThat(texts(own, "show application_name")).containsExactly("climate-rescue claim");
            assertThat(texts(own, "show statement_timeout")).containsExactly("0");
            assertThat(texts(database, "show statement_timeout")).containsExactly("10s");
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void aRestartOfTheServerIsSurvived(@TempDir(factory = MemoryDirectory.class) Path dataDir) throws Exception {
        EmbeddedDatabaseTest.prepare(dataDir);
        try (var database = Database.open(null, dataDir, Database.PATIENCE)) {
            assertThat(texts(database, "select 1")).containsExactly("1");
            String cluster = dataDir.toRealPath().resolve("postgresql").toString();
            PostgresBinaries.unpacked(PostgresBinaries.userCache(), dataDir)
                    .run("pg_ctl", "restart", "-D", cluster, "-m", "fast", "-w", "-l", dataDir + "/postgresql.log");
            assertThat(textsOnceBack(database, "select 1")).containsExactly("1");
        }
        assertThat(LeftoverServer.processes(dataDir.toRealPath().resolve("postgresql")))
                .isEmpty();
    }

    @Test
    void whileTheDatabaseIsAwayCallersAreToldSoonAndAfterwardsServed() throws Exception {
        String url = TestDatabase.create();
        try (var gate = new Gate(port(url))) {
            gate.open();
            try (var database = Database.open(through(gate, url), UNUSED, Database.PATIENCE)) {
                assertThat(texts(database, "select 1")).containsExactly("1");
                gate.shut();
                long begin = System.nanoTime();
                for (int call = 1; call <= 2; call++) {
                    var failure = catchThrowableOfType(SQLException.class, () -> texts(database, "select 1"));
                    assertThat(new StorageFailure(failure).away()).isTrue();
                }
                assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));

                gate.open();
                assertThat(textsOnceBack(database, "select 1")).containsExactly("1");
            }
        }
    }

    @Test
    void aServerThatFallsSilentIsGivenUpAndAfterwardsFoundAgain() throws Exception {
        String url = TestDatabase.create();
        try (var gate = new Gate(port(url))) {
            gate.open();
            try (var database = Database.open(through(gate, url), UNUSED, Database.PATIENCE)) {
                try (var connection = database.pool().getConnection()) {
                    assertThat(texts(connection, "select 1")).containsExactly("1");
                    gate.stall();
                    long begin = System.nanoTime();
                    var failure = catchThrowableOfType(SQLException.class, () -> texts(connection, "select 1"));
                    assertThat(new StorageFailure(failure).away()).isTrue();
                    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
                }

                gate.open();
                assertThat(textsOnceBack(database, "select 1")).containsExactly("1");
            }
        }
    }

    @Test
    void aLockThatIsHeldForLongIsNotWaitedFor() throws Exception {
        String url = TestDatabase.create();
        try (var database = Database.open(url, UNUSED, Database.PATIENCE);
                var holder = database.connect("holder")) {
            execute(holder, "begin; lock table host");
            long begin = System.nanoTime();
            var failure = catchThrowableOfType(SQLException.class, () -> texts(database, "select name from host"));
            assertThat(new StorageFailure(failure).away()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void aServerThatHasBecomeAStandbyIsAwayAndItsConnectionsAreDropped() throws Exception {
        try (var database = Database.open(TestDatabase.create(), UNUSED, Database.PATIENCE);
                var connection = database.pool().getConnection()) {
            int open = database.pool().getHikariPoolMXBean().getActiveConnections();
            execute(connection, "set default_transaction_read_only = on");
            var failure = catchThrowableOfType(
                    SQLException.class, () -> execute(connection, "insert into host (name) values ('x')"));
            assertThat(new StorageFailure(failure).away()).isTrue();
            assertThat(connection.isClosed()).isTrue();
            assertThat(open).isEqualTo(1);
        }
    }

    @Test
    void aServerThatEndsIsStartedAgain(@TempDir(factory = MemoryDirectory.class) Path dataDir) throws Exception {
        EmbeddedDatabaseTest.prepare(dataDir);
        Path cluster = dataDir.toRealPath().resolve("postgresql");
        try (var database = Database.open(null, dataDir, Database.PATIENCE);
                var witness = database.connect("witness")) {
            update(database, "insert into host (name) values ('kept.example')");
            long pid = PostmasterFile.read(cluster).orElseThrow().pid();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            assertThatThrownBy(() -> execute(witness, "select pg_sleep(600)")).isInstanceOf(SQLException.class);
            assertThat(textsOnceBack(database, "select name from host where name = 'kept.example'"))
                    .hasSize(1);
            assertThat(PostmasterFile.read(cluster).orElseThrow().pid()).isNotEqualTo(pid);
        }
        assertThat(LeftoverServer.processes(cluster)).isEmpty();
    }

    /**
     * The answer, once the database is back. Each connection that broke may cost a caller one failure, and the pool tries
     * anew in intervals up to 5 s, longer than a caller waits.
     */
    static List<String> textsOnceBack(Database database, String sql) throws SQLException {
        for (int call = 1; ; call++) {
            try {
                return texts(database, sql);
            } catch (SQLException e) {
                if (call == 20 || !new StorageFailure(e).away()) {
                    throw e;
                }
            }
        }
    }

    private static void assertRefused(Callable<Database> open, String words) {
        var refusal = catchThrowableOfType(
                DatabaseUnavailable.class, () -> open.call().close());
        assertThat(refusal).isNotNull();
        assertThat(refusal.getMessage()).contains(words).hasLineCount(1).doesNotContain("s3cret");
    }

    private static int port(String url) {
        return URI.create(url.replaceFirst("^jdbc:", "")).getPort();
    }

    private static String through(Gate gate, String url) {
        return url.replaceFirst("//[^/]+/", "//127.0.0.1:" + gate.port() + "/");
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static void update(Database database, String sql) throws SQLException {
        try (var connection = database.pool().getConnection()) {
            execute(connection, sql);
        }
    }

    static List<String> texts(Database database, String sql) throws SQLException {
        try (var connection = database.pool().getConnection()) {
            return texts(connection, sql);
        }
    }

    private static List<String> texts(Connection connection, String sql) throws SQLException {
        var texts = new ArrayList<String>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                texts.add(rows.getString(1));
            }
        }
        return texts;
    }
}
