package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.climaterescue.mock.Content;
import org.climaterescue.mock.Fault;
import org.climaterescue.mock.MockOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the commands say and how they exit when something is wrong. */
class RescueTest {

    @TempDir
    private Path dir = Path.of("");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "rescu",
                "import",
                "import a b",
                "status --nonsense",
                "demo --port many",
                "import x --format xml",
                "agent",
                "verify",
                "doctor now",
                "doctor --fix",
                "loadtest --tasks 0",
                "loadtest --nodes 5 --connections 5"
            })
    void wrongUsageIsTwo(String line) {
        Run run = Run.rescue(line.isEmpty() ? new String[0] : line.split(" "));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).isNotBlank();
    }

    @Test
    void helpNamesEveryCommand() {
        Run run = Run.rescue("--help");

        assertThat(run.code()).isZero();
        assertThat(run.out())
                .contains("demo", "up", "agent", "import", "status", "verify", "doctor", "loadtest", "mock");
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "loadtest"})
    void aDispatcherThatIsAwayIsSaidToBeWithWhatToDo(String command) throws IOException {
        String nobody = "http://localhost:" + freePort();

        Run run = Run.rescue(command, "--dispatcher", nobody);

        assertThat(run.code()).isOne();
        assertThat(run.err().strip())
                .hasLineCount(1)
                .startsWith("rescue " + command + ": no dispatcher answers at " + nobody)
                .contains("./rescue up", "--dispatcher URL");
    }

    @Test
    void whatIsNoDispatcherIsSaidToBeNone() throws IOException {
        try (MockOrigin page = MockOrigin.start()) {
            page.serve("/stats", Content.of("<html>hello</html>")).as("text/html");

            Run run = Run.rescue("status", "--dispatcher", page.url("/").toString());

            assertThat(run.code()).isOne();
            assertThat(run.err().strip()).hasLineCount(1).contains("is no dispatcher");
        }
    }

    @Test
    void aRefusalForWantOfAKeySaysHowToGiveIt() throws IOException {
        try (MockOrigin secured = MockOrigin.start()) {
            secured.serve("/catalogs", Content.of("")).failing(Fault.status(401));
            Path file = Files.writeString(dir.resolve("list.csv"), "url\n");

            Run run = Run.rescue(
                    "import", file.toString(), "--dispatcher", secured.url("").toString());

            assertThat(run.code()).isOne();
            assertThat(run.err().strip()).hasLineCount(1).contains("answered 401", "--key", "RESCUE_OPERATOR_KEY");
        }
    }

    @Test
    void aFileThatIsNotThereIsSaidBeforeAnythingIsSent() throws IOException {
        Path nothing = dir.resolve("nothing.json");

        Run run = Run.rescue("import", nothing.toString(), "--dispatcher", "http://localhost:" + freePort());

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(nothing + " is no file that can be read");
    }

    @Test
    void aTakenPortStopsTheDemoBeforeItStarts() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Run run = Run.rescue("demo", "--exit", "--port", Integer.toString(taken.getLocalPort()));

            assertThat(run.code()).isOne();
            assertThat(run.err().strip())
                    .hasLineCount(1)
                    .contains("port " + taken.getLocalPort() + " is taken", "--port");
            assertThat(run.out()).isEmpty();
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return free.getLocalPort();
        }
    }
}
