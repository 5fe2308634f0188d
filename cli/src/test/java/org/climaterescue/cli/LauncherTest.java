package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code ./rescue} itself, with a Maven that takes as long as it likes. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it is a script for bash")
class LauncherTest {

    private static final long PATIENCE_SECONDS = 60;

    @Test
    void aSignalThatEndsTheTestsEndsMavenToo(@TempDir Path dir) throws Exception {
        Path maven = Files.createFile(
                dir.resolve("mvn"), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
        Files.writeString(maven, """
                #!/usr/bin/env bash
                if [[ ${1:-} == --version ]]; then
                    echo 'Apache Maven 3.9.9'
                    exit
                fi
                trap 'echo "Maven has tidied up"; exit 143' TERM
                echo "Maven is $$"
                while :; do
                    sleep 0.1
                done
                """);
        var builder = new ProcessBuilder(launcher().toString(), "test").redirectErrorStream(true);
        builder.environment().merge("PATH", dir.toString(), (path, first) -> first + ":" + path);
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().put("TMPDIR", dir.toString());
        Process script = builder.start();
        try (var said = script.inputReader()) {
            ProcessHandle running = ProcessHandle.of(
                            Long.parseLong(said.readLine().replaceFirst("Maven is ", "")))
                    .orElseThrow();
            try {
                // Not through the process itself, which would close what it says.
                script.toHandle().destroy();

                assertThat(script.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
                assertThat(script.exitValue()).isEqualTo(143);
                assertThat(running.isAlive()).isFalse();
                assertThat(said.lines()).contains("Maven has tidied up");
                try (var left = Files.list(dir)) {
                    assertThat(left).containsExactly(maven);
                }
            } finally {
                running.destroyForcibly();
            }
        } finally {
            script.destroyForcibly();
        }
    }

    /** Maven runs tests in the directory of their module. */
    private static Path launcher() {
        return Path.of("..", "rescue").toAbsolutePath().normalize();
    }
}
