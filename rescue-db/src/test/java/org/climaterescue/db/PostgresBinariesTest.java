package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresBinariesTest {

    @TempDir(factory = MemoryDirectory.class)
    Path directory;

    @Test
    void firstStartsAtTheSameTimeShareOneUnpacking() throws Exception {
        Path cache = directory.resolve("climate-rescue/postgresql");
        Files.createDirectories(cache.resolve("unfinished-by-a-killed-start/bin"));
        Map<String, String> environment = Map.of("XDG_CACHE_HOME", directory.toString());
        try (var first = start(environment, "first");
                var second = start(environment, "second")) {
            first.awaitLine("READY");
            second.awaitLine("READY");
            first.say("exit");
            second.say("exit");
            assertThat(first.awaitExit()).isZero();
            assertThat(second.awaitExit()).isZero();
        }
        assertThat(directories(cache)).hasSize(1);
    }

    @Test
    void damagedProgramsAreUnpackedAgainWhereThereIsRoom() throws Exception {
        Path cache = PostgresBinaries.userCache();
        PostgresBinaries.unpacked(cache, directory);
        for (Path programs : directories(cache)) {
            EmbeddedDatabaseTest.copy(
                    programs, directory.resolve(programs.getFileName().toString()));
        }
        Path postgres = directories(directory).getFirst().resolve("bin/postgres");
        Files.write(postgres, new byte[0]);

        var binaries = PostgresBinaries.unpacked(directory, directory);
        assertThat(binaries.run("postgres", "--version").output()).startsWith("postgres (PostgreSQL) ");
    }

    @Test
    void aCacheThatCannotBeWrittenIsReplacedByTheDataDirectory() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        var binaries = PostgresBinaries.unpacked(file, directory);
        assertThat(binaries.run("postgres", "--version").output()).startsWith("postgres (PostgreSQL) ");
    }

    private ForkedJvm start(Map<String, String> environment, String dataDir) throws IOException {
        return ForkedJvm.run(
                List.of(),
                environment,
                DatabaseProgram.class,
                directory.resolve(dataDir).toString());
    }

    private static List<Path> directories(Path parent) throws IOException {
        try (Stream<Path> entries = Files.list(parent)) {
            return entries.filter(Files::isDirectory).toList();
        }
    }
}
