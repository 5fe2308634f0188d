package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a small disk of its own, which only root may mount. */
class FullDiskTest {

    @TempDir(factory = MemoryDirectory.class)
    static Path untouched;

    @TempDir(factory = MemoryDirectory.class)
    Path disk;

    @BeforeAll
    static void makeOneDatabaseToCopy() {
        EmbeddedDatabaseTest.prepare(untouched);
    }

    @AfterEach
    void unmount() {
        run("umount", "-l", disk.toString());
    }

    @Test
    void aDiskTooSmallForANewDatabaseIsNamed() {
        mount("size=16m");
        EmbeddedDatabaseTest.assertRefused(disk, "is full");
        // Nothing half made stays behind: with room, the same start works.
        run("mount", "-o", "remount,size=200m", disk.toString());
        EmbeddedDatabase.start(disk).close();
    }

    @Test
    void aDiskThatIsFullAtTheStartIsNamed() throws Exception {
        mount("size=120m");
        EmbeddedDatabaseTest.copy(untouched, disk);
        Path filler = fill();
        EmbeddedDatabaseTest.assertRefused(disk, "is full");
        Files.delete(filler);
        EmbeddedDatabase.start(disk).close();
    }

    @Test
    void aDiskThatFillsUpWhileRunningLosesNothingThatWasCommitted() throws Exception {
        mount("size=160m");
        EmbeddedDatabaseTest.copy(untouched, disk);
        try (var database = Database.open(null, disk, Database.PATIENCE)) {
            DatabaseTest.update(database, "create table note (text text)");
            DatabaseTest.update(database, "insert into note values ('kept')");
            Path filler = fill();
            assertAway(database, "insert into note select repeat('x', 1000) from generate_series(1, 200000)");
            // Once the log of changes has no room either, the server ends itself.
            assertAway(
                    database,
                    "select pg_logical_emit_message(false, '', repeat('x', 1000000)) from generate_series(1, 100)");

            Files.delete(filler);
            assertThat(DatabaseTest.textsOnceBack(database, "insert into note values ('after') returning text"))
                    .containsExactly("after");
            assertThat(DatabaseTest.textsOnceBack(database, "select text from note order by text"))
                    .containsExactly("after", "kept");
        }
    }

    private static void assertAway(Database database, String sql) {
        var failure = catchThrowableOfType(SQLException.class, () -> DatabaseTest.update(database, sql));
        assertThat(new StorageFailure(failure).away()).as("%s", failure).isTrue();
    }

    @Test
    void aDiskThatCannotBeWrittenIsNamed() throws Exception {
        mount("size=120m");
        EmbeddedDatabaseTest.copy(untouched, disk);
        run("mount", "-o", "remount,ro", disk.toString());
        EmbeddedDatabaseTest.assertRefused(disk, "Read-only file system");
        EmbeddedDatabaseTest.assertRefused(disk.resolve("deeper"), "Read-only file system");
    }

    private void mount(String size) {
        boolean root = "root".equals(System.getProperty("user.name"));
        assumeTrue(
                root && run("mount", "-t", "tmpfs", "-o", size, "tmpfs", disk.toString()) == 0,
                "needs a disk of its own: only root may mount one");
    }

    /** Writes until nothing more goes in. */
    private Path fill() throws IOException {
        Path filler = disk.resolve("filler");
        byte[] block = new byte[4096];
        try (OutputStream out = Files.newOutputStream(filler)) {
            while (true) {
                out.write(block);
            }
        } catch (IOException e) {
            assertThat(e).hasMessageContaining("No space left on device");
        }
        return filler;
    }

    private static int run(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .onExit()
                    .join()
                    .exitValue();
        } catch (IOException e) {
            // The program is not here, which is as good as not allowed.
            return 127;
        }
    }
}
