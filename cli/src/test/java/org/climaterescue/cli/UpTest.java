package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code rescue up} as a process of its own, as people start and stop it. */
class UpTest {

    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private Path dir = Path.of("");

    @Test
    void aSettingThatMakesNoSenseStopsTheStartWithOneLine() throws Exception {
        Process up = up(Map.of("RESCUE_COPIES", "many"));

        String said = new String(up.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(up.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(up.exitValue()).isOne();
        assertThat(said.strip()).hasLineCount(1).startsWith("rescue up: RESCUE_COPIES is \"many\"");
    }

    @Test
    void itSaysWhereItAnswersAndASignalEndsItWithoutAFailure() throws Exception {
        Process up = up(Map.of(
                "DISPATCHER_PORT", "0", "RESCUE_DATA_DIR", dir.resolve("data").toString()));
        try {
            String line = up.inputReader().readLine();
            assertThat(line).startsWith("The dispatcher answers at http://127.0.0.1:");

            Run status = Run.rescue("status", "--dispatcher", line.substring(line.indexOf("http")));
            assertThat(status.code()).as(status.err()).isZero();

            up.destroy();
            assertThat(up.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
            assertThat(up.exitValue()).isZero();
        } finally {
            up.destroyForcibly();
        }
    }

    private static Process up(Map<String, String> settings) throws IOException {
        ProcessBuilder java = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Rescue.class.getName(),
                "up");
        java.environment().keySet().removeIf(name -> name.startsWith("RESCUE_") || name.startsWith("DISPATCHER_"));
        java.environment().remove("DATABASE_URL");
        java.environment().putAll(settings);
        return java.start();
    }
}
