package org.climaterescue.agent.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.climaterescue.protocol.OriginUrl;
import org.climaterescue.protocol.StoragePath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreTest {

    private static final OriginFacts FACTS = new OriginFacts("\"e\"", null, "text/csv", null, "\"e\"");

    @TempDir
    Path dir;

    @Test
    void twoUrlsNeverShareAName() throws IOException {
        List<String> urls = List.of(
                "http://h/a",
                "https://h/a",
                "http://h/a/b",
                "http://h/A",
                "http://h/a@x",
                "http://h/a?x",
                "http://h/c/d",
                "http://h/c",
                "http://h/C/D",
                "http://h/a~dir/b");
        List<StoredCopy> copies = new ArrayList<>();
        try (Store store = open()) {
            for (String url : urls) {
                copies.add(keep(store, url, "t-" + url, url));
            }
        }
        assertThat(copies.stream().map(copy -> StoragePath.folded(copy.path()))).doesNotHaveDuplicates();
        for (StoredCopy copy : copies) {
            assertThat(dir.resolve(copy.path())).hasContent(copy.url());
        }
        assertThat(copies.getFirst().path()).isEqualTo("h/a");
    }

    @Test
    void aSecondCaptureStandsBesideTheFirst() throws IOException {
        try (Store store = open()) {
            StoredCopy first = keep(store, "http://h/t.csv", "t-1", "old");
            StoredCopy second = keep(store, "http://h/t.csv", "t-2", "new");
            StoredCopy third = keep(store, "http://h/t.csv", "t-3", "newer");
            assertThat(first.path()).isEqualTo("h/t.csv");
            assertThat(second.path()).isEqualTo("h/t~2.csv");
            assertThat(third.path()).isEqualTo("h/t~3.csv");
            assertThat(dir.resolve("h/t.csv")).hasContent("old");
        }
    }

    @Test
    void equalBytesOfOneUrlAreKeptOnce() throws IOException {
        try (Store store = open()) {
            StoredCopy first = keep(store, "http://h/t.csv", "t-1", "same");
            StoredCopy second = keep(store, "http://h/t.csv", "t-2", "same");
            assertThat(second.path()).isEqualTo(first.path());
            assertThat(store.ofTask("t-1")).isPresent();
            assertThat(store.ofTask("t-2")).isPresent();
            assertThat(store.storedBytes()).isEqualTo(4);
            assertThat(store.partialBytes()).isZero();
        }
    }

    @Test
    void whatIsNotOursIsNotOverwritten() throws IOException {
        Files.createDirectories(dir.resolve("h"));
        Files.writeString(dir.resolve("h/t.csv"), "mine");
        try (Store store = open()) {
            StoredCopy copy = keep(store, "http://h/t.csv", "t-1", "theirs");
            assertThat(dir.resolve("h/t.csv")).hasContent("mine");
            assertThat(dir.resolve(copy.path())).hasContent("theirs");
        }
    }

    @Test
    void aPlantedLinkLeadsNothingOutside(@TempDir Path outside) throws IOException {
        Files.createSymbolicLink(dir.resolve("h"), outside);
        Files.createDirectories(dir.resolve("g"));
        Files.createSymbolicLink(dir.resolve("g/t.csv"), outside.resolve("t.csv"));
        try (Store store = open()) {
            keep(store, "http://h/t.csv", "t-1", "x");
            keep(store, "http://g/t.csv", "t-2", "y");
        }
        assertThat(outside).isEmptyDirectory();
    }

    @Test
    void theJournalSurvivesARestartAndATornLastLine() throws IOException {
        try (Store store = open()) {
            keep(store, "http://h/1", "t-1", "one");
        }
        Path journal = dir.resolve(".rescue/copies.jsonl");
        Files.writeString(journal, "{\"path\":\"h/2\",\"url\":\"http", UTF_8, StandardOpenOption.APPEND);
        try (Store store = open()) {
            assertThat(store.ofTask("t-1")).isPresent();
            keep(store, "http://h/3", "t-3", "three");
        }
        try (Store store = open()) {
            assertThat(store.ofTask("t-1")).isPresent();
            assertThat(store.ofTask("t-3")).isPresent();
            assertThat(store.storedBytes()).isEqualTo(8);
        }
        assertThat(Files.readAllLines(journal)).hasSize(2);
    }

    @Test
    void aCrashBetweenTheRenameAndTheRecordLosesNothing() throws IOException {
        Path journal = dir.resolve(".rescue/copies.jsonl");
        StoredCopy copy;
        try (Store store = open()) {
            Partial partial = filled(store, "http://h/1", "one");
            copy = new StoredCopy(
                    "h/1",
                    "http://h/1",
                    "t-1",
                    partial.sha256(),
                    3,
                    null,
                    null,
                    null,
                    InstantSource.system().instant());
            Files.createDirectories(dir.resolve("h"));
            partial.become(copy, dir.toRealPath().resolve("h/1"));
        }
        assertThat(journal).isEmptyFile();
        try (Store store = open()) {
            assertThat(store.ofTask("t-1")).contains(copy);
        }
    }

    @Test
    void aMissingFileIsNotHeld() throws IOException {
        try (Store store = open()) {
            StoredCopy copy = keep(store, "http://h/1", "t-1", "one");
            Files.delete(dir.resolve(copy.path()));
            assertThat(store.ofTask("t-1")).isEmpty();
            assertThat(keep(store, "http://h/1", "t-1", "one").path()).isEqualTo(copy.path());
        }
    }

    @Test
    void onlyOneAgentHasADirectory() throws IOException {
        try (Store store = open()) {
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(this::open)
                        .isInstanceOf(DirectoryInUseException.class)
                        .hasMessageContaining(dir.toString());
            }
            assertThat(store.identity()).isEmpty();
        }
        open().close();
    }

    @Test
    void theIdentityIsForItsOwnerOnly() throws IOException {
        try (Store store = open()) {
            store.remember(new Identity("n-1", "secret"));
            assertThat(store.identity()).contains(new Identity("n-1", "secret"));
        }
        var permissions = Files.getPosixFilePermissions(dir.resolve(".rescue/identity.json"));
        assertThat(PosixFilePermissions.toString(permissions)).isEqualTo("rw-------");
        assertThat(new Identity("n-1", "secret").toString()).doesNotContain("secret");
    }

    @Test
    void aPartThatWasHarmedIsNotTakenUp() throws IOException {
        try (Store store = open()) {
            filled(store, "http://h/1", "one").close();
            Path part = onlyPart();
            Files.writeString(part, "0ne");
            try (Partial again = store.partial(url("http://h/1"))) {
                assertThat(again.recover(done -> {}, () -> false)).isTrue();
                assertThat(again.size()).isZero();
            }
        }
    }

    @Test
    void bytesBeyondTheLastCheckpointAreNotTrusted() throws IOException {
        try (Store store = open()) {
            filled(store, "http://h/1", "one").close();
            Files.writeString(onlyPart(), "garbage", StandardOpenOption.APPEND);
            try (Partial again = store.partial(url("http://h/1"))) {
                assertThat(again.recover(done -> {}, () -> false)).isTrue();
                assertThat(again.size()).isEqualTo(3);
                assertThat(again.facts()).isEqualTo(FACTS);
            }
        }
    }

    @Test
    void aPartThatNobodyTouchedForAWeekGoes() throws IOException {
        try (Store store = open()) {
            filled(store, "http://h/1", "one").close();
        }
        Instant now = Instant.now();
        InstantSource inADay = InstantSource.fixed(now.plus(Duration.ofDays(1)));
        InstantSource inEightDays = InstantSource.fixed(now.plus(Duration.ofDays(8)));
        try (Store store = Store.open(dir, inADay)) {
            assertThat(store.partialBytes()).isEqualTo(3);
        }
        try (Store store = Store.open(dir, inEightDays)) {
            assertThat(store.partialBytes()).isZero();
        }
    }

    @Test
    void theOfferStillHoldsTheRoomOfRunningDownloadsButClaimsGuardIt() throws IOException {
        try (Store store = open()) {
            keep(store, "http://h/1", "t-1", "x".repeat(100));
            Space space = new Space(store, 1000);
            try (Space.Claim one = space.claim();
                    Space.Claim two = space.claim()) {
                assertThat(one.roomForExactly(600)).isEqualTo(600);
                assertThat(space.offered()).isEqualTo(900);
                assertThat(two.roomForExactly(400)).isEqualTo(300);
                assertThat(two.room(301)).isLessThan(301);
            }
            try (Space.Claim three = space.claim()) {
                assertThat(three.roomForExactly(900)).isEqualTo(900);
            }
        }
    }

    @Test
    void whatADownloadOfUnknownSizeClaimsAheadTurnsNoFileAwayThatWouldFit() throws IOException {
        try (Store store = open()) {
            Space space = new Space(store, 10_000_000);
            try (Space.Claim unknown = space.claim();
                    Space.Claim known = space.claim()) {
                assertThat(unknown.room(30_000)).isGreaterThanOrEqualTo(30_000);
                assertThat(known.roomForExactly(7_000_000)).isEqualTo(7_000_000);
                assertThat(unknown.room(3_000_000)).isEqualTo(3_000_000);
                assertThat(unknown.room(3_000_001)).isEqualTo(3_000_000);
            }
        }
    }

    private Store open() throws IOException {
        return Store.open(dir, InstantSource.system());
    }

    private Path onlyPart() throws IOException {
        try (var files = Files.newDirectoryStream(dir.resolve(".rescue/partial"), "*.part")) {
            return files.iterator().next();
        }
    }

    private static OriginUrl url(String text) {
        return OriginUrl.parse(text).orElseThrow();
    }

    private static Partial filled(Store store, String url, String content) throws IOException {
        Partial partial = store.partial(url(url));
        partial.restart(FACTS);
        partial.write(content.getBytes(UTF_8), content.length());
        return partial;
    }

    private static StoredCopy keep(Store store, String url, String task, String content) throws IOException {
        try (Partial partial = filled(store, url, content)) {
            return store.keep(partial, url(url), task);
        }
    }
}
