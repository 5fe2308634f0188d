package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Ctrl-C in a real terminal, while something is drawn there. */
@EnabledOnOs(value = OS.LINUX, disabledReason = "script has other options elsewhere")
class CtrlCTest {

    private static final int CTRL_C = 3;

    private static Dispatcher dispatcher;
    private static URI uri;

    @BeforeAll
    static void start() throws Exception {
        dispatcher = Dispatcher.start(
                Map.of("DATABASE_URL", TestDatabase.create(), "DISPATCHER_PORT", "0", "LOG_LEVEL", "WARN"));
        uri = dispatcher.uri();
    }

    @AfterAll
    static void stop() {
        dispatcher.close();
    }

    @Test
    void theCursorComesBackWhenStatusIsLeft() throws Exception {
        try (var terminal = new InTerminal("status --dispatcher " + uri)) {
            terminal.await("Nodes:");
            assertThat(terminal.said()).contains("\u001b[?25l");

            terminal.type(CTRL_C);

            assertThat(terminal.exit()).isZero();
            assertThat(terminal.said()).endsWith("25h");
        }
    }

    @Test
    void anAgentSignsOff(@TempDir Path dir) throws Exception {
        try (var terminal =
                new InTerminal("agent --dispatcher %s --dir '%s' --capacity 10MB --name leaving".formatted(uri, dir))) {
            terminal.await("n-", "node-");

            terminal.type(CTRL_C);

            assertThat(terminal.exit()).isZero();
        }
        var nodes = HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri.resolve("/nodes")).build(), BodyHandlers.ofString());
        assertThat(Json.mapper().readTree(nodes.body()).at("/items/0/status").asText())
                .isEqualTo("gone");
    }

    /** A command of this program on a terminal of its own. */
    private static final class InTerminal implements AutoCloseable {

        private final Process process;
        private final InputStream screen;
        private final StringBuilder said = new StringBuilder();

        InTerminal(String command) throws IOException {
            var builder = new ProcessBuilder("script", "-qec", "exec " + Run.commandLine(command), "/dev/null")
                    .redirectErrorStream(true);
            builder.environment().put("TERM", "xterm");
            process = builder.start();
            screen = process.getInputStream();
        }

        /** Waits until one of these has been said. */
        void await(String... any) throws IOException {
            while (Stream.of(any).noneMatch(one -> said.indexOf(one) >= 0)) {
                assertThat(read()).as("what was said is all: %s", said).isTrue();
            }
        }

        void type(int key) throws IOException {
            process.getOutputStream().write(key);
            process.getOutputStream().flush();
        }

        int exit() throws IOException, InterruptedException {
            while (read()) {
                // Until the terminal is closed.
            }
            return process.waitFor();
        }

        String said() {
            return said.toString();
        }

        private boolean read() throws IOException {
            byte[] block = new byte[8192];
            int length = screen.read(block);
            if (length > 0) {
                said.append(new String(block, 0, length, StandardCharsets.UTF_8));
            }
            return length >= 0;
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
