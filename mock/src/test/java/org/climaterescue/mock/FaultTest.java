package org.climaterescue.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Every fault does to a real client what its name says, as often as planned. */
class FaultTest {

    private static final int SIZE = 50_000;

    private final MockOrigin origin = MockOriginTest.started();
    private final HttpClient client = HttpClient.newHttpClient();
    private final MockFile file = origin.serve("/f", Content.seeded(11, SIZE));
    private final byte[] truth = MockOriginTest.bytes(file.content());

    @AfterEach
    void stop() {
        client.close();
        origin.close();
    }

    @Test
    void aStatusComesAsOftenAsPlannedAndThenTheFile() throws Exception {
        file.failing(Fault.status(503), 2);

        assertThat(get().statusCode()).isEqualTo(503);
        assertThat(get().statusCode()).isEqualTo(503);
        assertThat(get().body()).isEqualTo(truth);
    }

    @Test
    void aBusyOriginSaysWhenToComeBack() throws Exception {
        file.failing(Fault.status(429, Duration.ofSeconds(7)), 1);

        HttpResponse<byte[]> busy = get();
        assertThat(busy.statusCode()).isEqualTo(429);
        assertThat(busy.headers().firstValue("Retry-After")).contains("7");
        HttpResponse<byte[]> well = get();
        assertThat(well.statusCode()).isEqualTo(200);
        assertThat(well.headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void whatIsGoneOrForbiddenStaysSo() throws Exception {
        MockFile forbidden = origin.serve("/forbidden", Content.of("x")).failing(Fault.status(403));
        file.failing(Fault.gone());

        for (int i = 0; i < 3; i++) {
            assertThat(get().statusCode()).isEqualTo(404);
            assertThat(fetch(forbidden.path()).statusCode()).isEqualTo(403);
        }
    }

    @Test
    void faultsComeInTheOrderOfThePlan() throws Exception {
        file.failing(Fault.status(500), 1).failing(Fault.status(410), 1);

        assertThat(get().statusCode()).isEqualTo(500);
        assertThat(get().statusCode()).isEqualTo(410);
        assertThat(get().statusCode()).isEqualTo(200);
    }

    @Test
    void aCutConnectionGivesTheFirstBytesAndThenBreaks() throws Exception {
        file.failing(Fault.cutAfter(1234), 1);

        HttpResponse<InputStream> answer =
                client.send(HttpRequest.newBuilder(origin.url("/f")).build(), BodyHandlers.ofInputStream());
        assertThat(answer.headers().firstValue("Content-Length")).contains(Integer.toString(SIZE));
        try (InputStream body = answer.body()) {
            assertThat(body.readNBytes(1234)).isEqualTo(Arrays.copyOf(truth, 1234));
            assertThatThrownBy(body::read).isInstanceOf(IOException.class);
        }
        assertThat(get("Range", "bytes=1234-").body()).isEqualTo(Arrays.copyOfRange(truth, 1234, SIZE));
    }

    @Test
    void aCutAtTheFirstByteStillSendsTheHeaders() throws Exception {
        file.failing(Fault.cutAfter(0), 1);

        HttpResponse<InputStream> answer =
                client.send(HttpRequest.newBuilder(origin.url("/f")).build(), BodyHandlers.ofInputStream());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThatThrownBy(() -> answer.body().readAllBytes()).isInstanceOf(IOException.class);
    }

    @Test
    void anUnsizedAnswerHasAllBytesAndNoLength() throws Exception {
        file.failing(Fault.unsized(), 1);

        HttpResponse<byte[]> unsized = get();
        assertThat(unsized.headers().firstValue("Content-Length")).isEmpty();
        assertThat(unsized.body()).isEqualTo(truth);
        assertThat(get().headers().firstValue("Content-Length")).contains(Integer.toString(SIZE));
    }

    @Test
    void aCutBeyondTheEndCutsNothing() throws Exception {
        file.failing(Fault.cutAfter(SIZE), 1);

        assertThat(get().body()).isEqualTo(truth);
    }

    @Test
    void aCorruptByteIsOneWrongByteUnderTheSameTag() throws Exception {
        String tag = get().headers().firstValue("ETag").orElseThrow();
        file.failing(Fault.corruptAt(40_000), 1);

        HttpResponse<byte[]> bad = get();
        byte[] expected = truth.clone();
        expected[40_000] ^= 1;
        assertThat(bad.body()).isEqualTo(expected);
        assertThat(bad.headers().firstValue("ETag")).contains(tag);
        assertThat(get().body()).isEqualTo(truth);
    }

    @Test
    void aCorruptByteStandsAtItsPlaceInTheFileNotInTheRange() throws Exception {
        file.failing(Fault.corruptAt(40_000), 1);

        byte[] part = get("Range", "bytes=39999-40001").body();
        assertThat(part[0]).isEqualTo(truth[39_999]);
        assertThat(part[1]).isEqualTo((byte) (truth[40_000] ^ 1));
        assertThat(part[2]).isEqualTo(truth[40_001]);
    }

    @Test
    void aChangeStandsFromTheNextRequestOn() throws Exception {
        file.failing(Fault.change(), 1);

        HttpResponse<byte[]> before = get();
        HttpResponse<byte[]> after = get();
        assertThat(before.body()).isEqualTo(truth);
        assertThat(after.body()).hasSize(SIZE).isNotEqualTo(truth);
        assertThat(after.headers().firstValue("ETag"))
                .isNotEqualTo(before.headers().firstValue("ETag"));
        assertThat(after.headers().firstValue("Last-Modified"))
                .isNotEqualTo(before.headers().firstValue("Last-Modified"));
        assertThat(get().body()).as("changed once").isEqualTo(after.body());
        assertThat(MockOriginTest.bytes(file.content())).isEqualTo(after.body());
    }

    @Test
    void aRedirectLeadsToAnotherPath() throws Exception {
        origin.serve("/moved", Content.of("here")).failing(Fault.redirectTo("/f"));

        HttpResponse<byte[]> answer = fetch("/moved");
        assertThat(answer.statusCode()).isEqualTo(302);
        assertThat(answer.headers().firstValue("Location")).contains("/f");
    }

    @Test
    void aDelayComesBeforeTheFirstByte() throws Exception {
        file.failing(Fault.delay(Duration.ofMillis(300)), 1);

        assertThat(millis(this::get)).isGreaterThanOrEqualTo(300);
    }

    @Test
    void aThrottledBodyTakesItsTime() throws Exception {
        file.failing(Fault.throttle(100_000), 1);

        assertThat(millis(this::get)).isGreaterThanOrEqualTo(490);
        assertThat(get().body()).isEqualTo(truth);
    }

    @Test
    void delayThrottleAndCutWorkTogether() throws Exception {
        file.failing(Fault.delay(Duration.ofMillis(100)), 1)
                .failing(Fault.throttle(100_000), 1)
                .failing(Fault.cutAfter(20_000), 1);

        assertThat(millis(() -> assertThatThrownBy(this::get).isInstanceOf(IOException.class)))
                .isGreaterThanOrEqualTo(290);
        assertThat(file.load().bytesSent()).isEqualTo(20_000);
        assertThat(get().body()).isEqualTo(truth);
    }

    @Test
    void aHeadRequestLeavesTheFaultsOfTheBodyToTheNext() throws Exception {
        file.failing(Fault.cutAfter(10), 1);

        HttpRequest head = HttpRequest.newBuilder(origin.url("/f")).HEAD().build();
        assertThat(client.send(head, BodyHandlers.discarding()).statusCode()).isEqualTo(200);
        assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    }

    @Test
    void aHealedFileHasNoFaults() throws Exception {
        file.failing(Fault.gone());
        assertThat(get().statusCode()).isEqualTo(404);

        file.healed();
        assertThat(get().body()).isEqualTo(truth);
    }

    private static long millis(Step step) throws Exception {
        long began = System.nanoTime();
        step.run();
        return Duration.ofNanos(System.nanoTime() - began).toMillis();
    }

    private interface Step {
        void run() throws Exception;
    }

    private HttpResponse<byte[]> get(String... headers) throws IOException, InterruptedException {
        return fetch("/f", headers);
    }

    private HttpResponse<byte[]> fetch(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(origin.url(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }
}
