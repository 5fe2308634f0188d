package org.climaterescue.dispatcher.streaming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {

    @TempDir
    private Path directory;

    @Test
    void aDiskThatIsNearlyFullTakesNothingMore() {
        var spool = new Spool(directory, Long.MAX_VALUE);

        assertThatThrownBy(spool::requireRoom)
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(507));
    }

    @Test
    void whatADeadDispatcherLeftHalfWrittenIsDropped() throws IOException {
        var spool = new Spool(directory, 0);
        Path old = spool.create("incoming-");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(Duration.ofDays(2))));
        Path young = spool.create("incoming-");
        Path whole = Files.createFile(spool.resolve("catalog-1-1.spool"));
        Files.setLastModifiedTime(whole, FileTime.from(Instant.EPOCH));

        spool.sweep();

        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(whole).exists();
    }

    @Test
    void aDirectoryThatCannotBeWrittenIsToldAsSuch() throws IOException {
        Path file = Files.createFile(directory.resolve("in the way"));

        assertThatThrownBy(() -> new Spool(file, 0).create("x-"))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(507));
    }

    @Test
    void anAnswerIsReadAsItIsWrittenAndItsFileGoes() throws IOException {
        Path file = Files.createFile(directory.resolve("answer"));
        SpooledAnswer answer = SpooledAnswer.in(file);
        try (InputStream reader = answer.reader()) {
            answer.write(bytes("one "));
            assertThat(reader.readNBytes(4)).isEqualTo(bytes("one "));

            CompletableFuture<byte[]> rest = CompletableFuture.supplyAsync(() -> all(reader));
            answer.write(bytes("two "));
            answer.write(bytes("three"));
            answer.end();

            assertThat(rest.join()).isEqualTo(bytes("two three"));
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void anAnswerThatFailsGivesWhatItHasAndThenTheFailure() throws IOException {
        SpooledAnswer answer = SpooledAnswer.in(Files.createFile(directory.resolve("answer")));
        try (InputStream reader = answer.reader()) {
            answer.write(bytes("half"));
            answer.fail(new IOException("the cable is cut"));

            assertThat(reader.readNBytes(4)).isEqualTo(bytes("half"));
            assertThatThrownBy(reader::read).isInstanceOf(IOException.class).hasMessageContaining("the cable is cut");
        }
    }

    private static byte[] all(InputStream reader) {
        try {
            return reader.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
