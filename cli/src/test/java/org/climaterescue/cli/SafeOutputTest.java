package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.climaterescue.mock.Content;
import org.climaterescue.mock.MockOrigin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** What strangers wrote, in terminals and in files. */
class SafeOutputTest {

    private static final String STRANGE = "url,nodes\r\nmagnet:?x=\u001b[2J\u009b31m\u202e,\t\ud83d\udc4b\r\n";
    private static final String HARMLESS = "url,nodes\nmagnet:?x=?[2J?31m?,\t\ud83d\udc4b\n";

    @Test
    void aTerminalIsNotSteeredAndAFileGetsEveryCharacter() {
        assertThat(printed(true)).isEqualTo(HARMLESS + HARMLESS + "?\n");
        assertThat(printed(false)).isEqualTo(STRANGE + STRANGE + "\u001b\n");
    }

    private static String printed(boolean terminal) {
        var seen = new StringWriter();
        var out = new SafeOutput(new PrintWriter(new BufferedWriter(seen)), () -> terminal);
        STRANGE.chars().forEach(out::write);
        out.write(STRANGE.toCharArray());
        out.println("\u001b");
        return seen.toString();
    }

    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "script has other options elsewhere")
    void theManifestIsHarmlessInARealTerminalAndWholeInAPipe() throws Exception {
        try (MockOrigin dispatcher = MockOrigin.start()) {
            dispatcher.serve("/manifest", Content.of(STRANGE));
            String manifest = Run.commandLine("manifest --dispatcher " + dispatcher.url(""));

            // The terminal itself ends lines with CR LF.
            assertThat(inTerminal(manifest)).isEqualTo(HARMLESS.replace("\n", "\r\n"));
            assertThat(inTerminal(manifest + " < /dev/null")).isEqualTo(HARMLESS.replace("\n", "\r\n"));
            assertThat(said(List.of("sh", "-c", manifest))).isEqualTo(STRANGE);
        }
    }

    private static String inTerminal(String command) throws Exception {
        return said(List.of("script", "-qec", command, "/dev/null"));
    }

    private static String said(List<String> command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }
}
