package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a real bash offers after {@code source <(./rescue completion bash)}. */
class CompletionTest {

    /** Asks the completion of the script for what could be meant by the words, the last of which is not yet whole. */
    private static final String ASK = """
            source "$1"
            COMP_WORDS=("${@:2}")
            COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
            COMP_LINE="${COMP_WORDS[*]}"
            COMP_POINT=${#COMP_LINE}
            $(complete -p rescue | sed 's/.*-F \\([^ ]*\\).*/\\1/')
            printf '%s\\n' "${COMPREPLY[@]}"
            """;

    @TempDir
    private Path dir = Path.of("");

    @Test
    void commandsAndTheCommandsWithinThemAreCompleted() throws Exception {
        assertThat(completed("rescue", "st")).contains("status");
        assertThat(completed("rescue", "nodes", "dr")).contains("drain");
        assertThat(completed("rescue", "nodes", "resu")).contains("resume");
        assertThat(completed("rescue", "hosts", "")).contains("pause", "resume", "limit");
        assertThat(completed("rescue", "priorities", "")).contains("refresh");
    }

    @Test
    void optionsAndTheWordsThatTheyTakeAreCompleted() throws Exception {
        assertThat(completed("rescue", "status", "--o")).contains("--once");
        assertThat(completed("rescue", "failed", "--reason", "too")).containsExactly("too_large");
        assertThat(completed("rescue", "nodes", "--status", "")).contains("active", "suspect", "lost");
        assertThat(completed("rescue", "tasks", "--status", "res")).containsExactly("rescued");
    }

    private List<String> completed(String... words) throws Exception {
        Path script = Files.writeString(
                dir.resolve("completion"), Run.rescue("completion", "bash").out());
        var command = new ArrayList<>(List.of("bash", "-c", ASK, "bash", script.toString()));
        command.addAll(List.of(words));
        Process shell = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).as(said).isZero();
        return said.lines().map(String::strip).toList();
    }
}
