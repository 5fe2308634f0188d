package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedDatabaseTest {

    @TempDir(factory = MemoryDirectory.class)
    static Path untouched;

    @TempDir(factory = MemoryDirectory.class)
    Path dataDir;

    @BeforeAll
    static void makeOneDatabaseToCopy() {
        prepare(untouched);
    }

    /** Makes a database as {@link EmbeddedDatabase#start(Path)} would, without waiting for the disk. */
    static void prepare(Path dataDir) {
        EmbeddedDatabase.start(dataDir, PostgresBinaries.userCache(), false).close();
    }

    @Test
    void whatWasCommittedSurvivesARestart() throws Exception {
        copyDatabase();
        try (var database = EmbeddedDatabase.start(dataDir)) {
            update(database, "create table note (text text)");
            update(database, "insert into note values ('kept')");
        }
        try (var database = EmbeddedDatabase.start(dataDir)) {
            assertThat(query(database, "select text from note")).containsExactly("kept");
        }
    }

    @Test
    void aNewDatabaseWaitsForTheDiskAtEachCommit() throws Exception {
        try (var database = EmbeddedDatabase.start(dataDir)) {
            assertThat(query(database, "show fsync")).containsExactly("on");
            assertThat(query(database, "show synchronous_commit")).containsExactly("on");
            assertThat(query(database, "show full_page_writes")).containsExactly("on");
        }
    }

    @Test
    void aDatabaseThatWouldLoseDataIsRefused() throws Exception {
        copyDatabase();
        Files.writeString(dataDir.resolve("postgresql/local.conf"), "fsync = off\n");
        assertRefused(dataDir, "fsync");
        assertThat(running()).isEmpty();
    }

    @Test
    void nobodyElseCanReachIt() throws Exception {
        copyDatabase();
        try (var database = EmbeddedDatabase.start(dataDir)) {
            int port = Integer.parseInt(query(database, "show port").getFirst());
            for (InetAddress address : addressesOfThisMachine()) {
                assertThatThrownBy(() -> connect(address, port))
                        .as("a connection to %s", address)
                        .isInstanceOf(ConnectException.class);
            }
            assertThatThrownBy(() -> DriverManager.getConnection(database.url().jdbcUrl(), "rescue", "guessed"))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("password authentication failed");
        }
    }

    @Test
    void aDirectoryInUseIsRefusedInThisProcessAndInAnother() throws Exception {
        copyDatabase();
        try (var database = EmbeddedDatabase.start(dataDir)) {
            assertRefused(dataDir, "already in use by this very process");
            // The refused attempt must not have given the lock away.
            try (var other = ForkedJvm.run(DatabaseProgram.class, dataDir.toString())) {
                assertThat(other.awaitLine("REFUSED"))
                        .contains(dataDir.toString())
                        .contains("process " + ProcessHandle.current().pid());
            }
            assertThat(query(database, "select 1")).containsExactly("1");
        }
        EmbeddedDatabase.start(dataDir).close();
    }

    @Test
    void aServerLeftByAKillIsStoppedAndItsDataKept() throws Exception {
        copyDatabase();
        try (var program = ForkedJvm.run(DatabaseProgram.class, dataDir.toString())) {
            ProcessHandle server = server(program);
            program.handle().children().forEach(ProcessHandle::destroyForcibly);
            program.kill();
            assertThat(server.isAlive()).isTrue();

            try (var database = EmbeddedDatabase.start(dataDir)) {
                assertThat(running()).isNotEmpty().doesNotContain(server);
                assertThat(query(database, "select text from note")).containsExactly("committed");
            }
        }
    }

    @Test
    void aServerLeftWithoutItsMasterIsClearedAwayToo() throws Exception {
        copyDatabase();
        try (var program = ForkedJvm.run(DatabaseProgram.class, dataDir.toString())) {
            ProcessHandle server = server(program);
            // A backend in the middle of a long statement notices late that its master is gone.
            List<ProcessHandle> backends = server.children().toList();
            program.handle().children().forEach(ProcessHandle::destroyForcibly);
            program.kill();
            server.destroyForcibly();

            try (var database = EmbeddedDatabase.start(dataDir)) {
                assertThat(running()).isNotEmpty().doesNotContainAnyElementsOf(backends);
                assertThat(query(database, "select text from note")).containsExactly("committed");
            }
        }
    }

    @Test
    void theServerStopsWhenItsProgramIsKilled() throws Exception {
        copyDatabase();
        try (var program = ForkedJvm.run(DatabaseProgram.class, dataDir.toString())) {
            ProcessHandle server = server(program);
            program.kill();
            server.onExit().get(30, TimeUnit.SECONDS);
            assertThat(dataDir.resolve("postgresql/postmaster.pid")).doesNotExist();
        }
    }

    @Test
    void theServerStopsWhenItsProgramEndsWithoutClosingIt() throws Exception {
        copyDatabase();
        try (var program = ForkedJvm.run(DatabaseProgram.class, dataDir.toString(), "leave")) {
            ProcessHandle server = server(program);
            program.say("exit");
            assertThat(program.awaitExit()).isZero();
            server.onExit().get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void ctrlCLeavesTheServerToItsProgram() throws Exception {
        copyDatabase();
        try (var program = ForkedJvm.run(List.of("setsid"), Map.of(), DatabaseProgram.class, dataDir.toString())) {
            ProcessHandle server = server(program);
            // What a terminal does at Ctrl-C: SIGINT to every process of the foreground group.
            signalGroup("INT", program.handle().pid());
            program.awaitLine("FINISHED");
            assertThat(program.awaitExit()).isEqualTo(130);
            assertThat(running()).doesNotContain(server);
        }
        try (var database = EmbeddedDatabase.start(dataDir)) {
            assertThat(query(database, "select text from note")).containsExactly("committed", "last words");
        }
    }

    @Test
    void aStalePidFileThatNamesAnotherProgramIsNoObstacle() throws Exception {
        copyDatabase();
        Path cluster = dataDir.toRealPath().resolve("postgresql");
        Files.writeString(
                cluster.resolve("postmaster.pid"),
                "%d\n%s\n1700000000\n5432\n\n127.0.0.1\n  1 1\nready\n"
                        .formatted(ProcessHandle.current().pid(), cluster));
        EmbeddedDatabase.start(dataDir).close();
    }

    @Test
    void aPidFileThatAPowerCutLeftBrokenIsNoObstacle() throws Exception {
        copyDatabase();
        Path file = dataDir.resolve("postgresql/postmaster.pid");
        for (String remnant : List.of("", "\0\0\0\0\0\0", "999999999\n")) {
            Files.writeString(file, remnant);
            EmbeddedDatabase.start(dataDir).close();
        }
    }

    @Test
    void dataOfAnotherMajorVersionIsRefused() throws Exception {
        copyDatabase();
        Files.writeString(dataDir.resolve("postgresql/PG_VERSION"), "17\n");
        assertRefused(dataDir, "data of PostgreSQL 17", "PostgreSQL 18");
    }

    @Test
    void aDirectoryThatIsNoDatabaseIsRefusedAndLeftAlone() throws Exception {
        Path file = Files.createDirectories(dataDir.resolve("postgresql")).resolve("thesis.txt");
        Files.writeString(file, "mine");
        assertRefused(dataDir, "something else than a database");
        assertThat(file).hasContent("mine");
    }

    @Test
    void aDirectoryThatCannotBeMadeIsNamed() throws Exception {
        Path file = Files.createFile(dataDir.resolve("file"));
        assertRefused(file.resolve("data"), "cannot be used");
        assertRefused(file, "cannot be used");
    }

    @Test
    void rootThatMayNotSetItsRightsAsideIsTold() throws Exception {
        assumeTrue(System.getProperty("user.name").equals("root"), "only for root");
        copyDatabase();
        Path programs = Files.createDirectory(dataDir.resolve("bin"));
        Path unshare = Files.writeString(
                programs.resolve("unshare"),
                "#!/bin/sh\necho 'unshare: unshare failed: Operation not permitted' >&2\nexit 1\n");
        assertThat(unshare.toFile().setExecutable(true)).isTrue();
        Map<String, String> environment = Map.of("PATH", programs + ":" + System.getenv("PATH"));
        for (Path directory : List.of(dataDir, dataDir.resolve("new"))) {
            try (var program = ForkedJvm.run(List.of(), environment, DatabaseProgram.class, directory.toString())) {
                assertThat(program.awaitLine("REFUSED"))
                        .contains(directory.toString())
                        .contains("cannot run as root here");
            }
        }
    }

    @Test
    void whateverKeepsTheServerFromStartingIsSaid() throws Exception {
        copyDatabase();
        Files.writeString(dataDir.resolve("postgresql/local.conf"), "shared_buffers = nonsense\n");
        assertRefused(dataDir, "did not start");
        Files.delete(dataDir.resolve("postgresql/local.conf"));
        Files.delete(dataDir.resolve("postgresql/global/pg_control"));
        assertRefused(dataDir, "pg_control");
    }

    private List<ProcessHandle> running() throws IOException {
        return LeftoverServer.processes(dataDir.toRealPath().resolve("postgresql"));
    }

    private static ProcessHandle server(ForkedJvm program) throws IOException {
        return ProcessHandle.of(Long.parseLong(program.awaitLine("READY"))).orElseThrow();
    }

    private static void signalGroup(String signal, long group) throws IOException {
        Process kill = new ProcessBuilder("kill", "-" + signal, "--", "-" + group)
                .inheritIO()
                .start();
        assertThat(kill.onExit().join().exitValue()).isZero();
    }

    private static void connect(InetAddress address, int port) throws IOException {
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, port), 2000);
        }
    }

    private static List<InetAddress> addressesOfThisMachine() throws IOException {
        return NetworkInterface.networkInterfaces()
                .flatMap(NetworkInterface::inetAddresses)
                .filter(address -> !address.isLoopbackAddress())
                .toList();
    }

    /** A refusal is one line that names the directory, and is not an accident further in. */
    static void assertRefused(Path directory, String... words) {
        var refusal = catchThrowableOfType(
                DatabaseUnavailable.class,
                () -> EmbeddedDatabase.start(directory).close());
        assertThat(refusal).as("a start in %s is refused", directory).isNotNull();
        assertThat(refusal.getMessage())
                .contains(directory.toString())
                .contains(words)
                .hasLineCount(1);
    }

    private void copyDatabase() throws IOException {
        copy(untouched, dataDir);
    }

    static void copy(Path from, Path to) throws IOException {
        List<Path> all;
        try (Stream<Path> walk = Files.walk(from)) {
            all = walk.toList();
        }
        for (Path path : all) {
            Path copy = to.resolve(from.relativize(path).toString());
            if (!Files.isDirectory(copy)) {
                Files.copy(path, copy, StandardCopyOption.COPY_ATTRIBUTES, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }

    static void update(EmbeddedDatabase database, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(
                        database.url().jdbcUrl(), database.url().credentials());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static List<String> query(EmbeddedDatabase database, String sql) throws SQLException {
        var answers = new ArrayList<String>();
        try (Connection connection = DriverManager.getConnection(
                        database.url().jdbcUrl(), database.url().credentials());
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            while (rows.next()) {
                answers.add(Optional.ofNullable(rows.getString(1)).orElse(""));
            }
        }
        return answers;
    }
}
