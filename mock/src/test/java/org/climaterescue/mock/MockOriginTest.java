package org.climaterescue.mock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A faultless origin speaks HTTP as RFC 9110 has it. */
class MockOriginTest {

    private static final int SIZE = 200_003;

    private final MockOrigin origin = started();
    private final HttpClient client = HttpClient.newHttpClient();
    private final MockFile file =
            origin.serve("/sst/2024.nc", Content.seeded(7, SIZE)).as("application/x-netcdf");
    private final byte[] truth = bytes(file.content());

    @AfterEach
    void stop() {
        client.close();
        origin.close();
    }

    @Test
    void aFileArrivesWholeWithWhatAnOriginSaysAboutIt() throws Exception {
        HttpResponse<byte[]> answer = get();

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo(truth);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/x-netcdf");
        assertThat(answer.headers().firstValue("Content-Length")).contains(Integer.toString(SIZE));
        assertThat(answer.headers().firstValue("Accept-Ranges")).contains("bytes");
        assertThat(answer.headers().firstValue("ETag")).get().asString().startsWith("\"");
        assertThat(answer.headers().firstValue("Last-Modified")).contains("Fri, 01 Mar 2024 06:00:00 GMT");
        assertThat(file.load().requests()).isOne();
        assertThat(file.load().bytesSent()).isEqualTo(SIZE);
    }

    @Test
    void aSeedAndASizeAreTheFile() throws Exception {
        origin.serve("/again", Content.seeded(7, SIZE));
        origin.serve("/other", Content.seeded(8, SIZE));

        assertThat(fetch("/again").body()).isEqualTo(truth);
        assertThat(fetch("/other").body()).isNotEqualTo(truth);
        assertThat(Content.seeded(7, SIZE).sha256()).isEqualTo(file.content().sha256());
    }

    @Test
    void everyRangeIsThatPartOfTheFile() throws Exception {
        for (int[] part : new int[][] {{0, 0}, {1, 9}, {65_535, 65_537}, {100_001, SIZE - 1}, {5, 131_080}}) {
            HttpResponse<byte[]> answer = get("Range", "bytes=" + part[0] + "-" + part[1]);

            assertThat(answer.statusCode()).isEqualTo(206);
            assertThat(answer.body()).isEqualTo(Arrays.copyOfRange(truth, part[0], part[1] + 1));
            assertThat(answer.headers().firstValue("Content-Range"))
                    .contains("bytes " + part[0] + "-" + part[1] + "/" + SIZE);
        }
    }

    @Test
    void anOpenRangeGoesToTheEndAndASuffixComesFromIt() throws Exception {
        assertThat(get("Range", "bytes=200000-").body()).isEqualTo(Arrays.copyOfRange(truth, 200_000, SIZE));
        assertThat(get("Range", "bytes=200000-999999999").body()).isEqualTo(Arrays.copyOfRange(truth, 200_000, SIZE));
        assertThat(get("Range", "bytes=-4").body()).isEqualTo(Arrays.copyOfRange(truth, SIZE - 4, SIZE));
    }

    @Test
    void aRangeBeyondTheEndIsRefusedWithTheSize() throws Exception {
        HttpResponse<byte[]> answer = get("Range", "bytes=" + SIZE + "-");

        assertThat(answer.statusCode()).isEqualTo(416);
        assertThat(answer.headers().firstValue("Content-Range")).contains("bytes */" + SIZE);
    }

    @Test
    void aRangeThatMakesNoSenseIsIgnored() throws Exception {
        for (String nonsense : new String[] {"bytes=9-1", "bytes=-", "lines=1-2", "bytes=0-1,5-6"}) {
            assertThat(get("Range", nonsense).statusCode()).as(nonsense).isEqualTo(200);
        }
    }

    @Test
    void aRangeOfAnotherVersionGivesTheWholeFile() throws Exception {
        String known = get().headers().firstValue("ETag").orElseThrow();

        assertThat(get("Range", "bytes=9-", "If-Range", known).statusCode()).isEqualTo(206);
        file.changed();
        HttpResponse<byte[]> answer = get("Range", "bytes=9-", "If-Range", known);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).hasSize(SIZE).isNotEqualTo(truth);
    }

    @Test
    void ifRangeKnowsTheTimeOfTheLastChangeToo() throws Exception {
        String known = get().headers().firstValue("Last-Modified").orElseThrow();

        assertThat(get("Range", "bytes=9-", "If-Range", known).statusCode()).isEqualTo(206);
        file.changed();
        assertThat(get("Range", "bytes=9-", "If-Range", known).statusCode()).isEqualTo(200);
    }

    @Test
    void whoHasTheFileAlreadyIsToldSo() throws Exception {
        String known = get().headers().firstValue("ETag").orElseThrow();

        HttpResponse<byte[]> answer = get("If-None-Match", "\"other\", W/" + known);
        assertThat(answer.statusCode()).isEqualTo(304);
        assertThat(answer.body()).isEmpty();
        file.changed();
        assertThat(get("If-None-Match", known).statusCode()).isEqualTo(200);
    }

    @Test
    void headSaysTheSameWithoutTheBytes() throws Exception {
        HttpRequest head =
                HttpRequest.newBuilder(origin.url(file.path())).HEAD().build();
        HttpResponse<byte[]> answer = client.send(head, BodyHandlers.ofByteArray());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Length")).contains(Integer.toString(SIZE));
        assertThat(answer.headers().firstValue("ETag"))
                .contains(get().headers().firstValue("ETag").orElseThrow());
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void anEmptyFileIsAFile() throws Exception {
        origin.serve("/empty", Content.seeded(1, 0));

        HttpResponse<byte[]> answer = fetch("/empty");
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Length")).contains("0");
        assertThat(answer.body()).isEmpty();
    }

    @Test
    void anUnknownPathIsNotFoundButCounted() throws Exception {
        assertThat(fetch("/nothing").statusCode()).isEqualTo(404);
        assertThat(origin.load().requests()).isOne();
    }

    @Test
    void thePeakIsTheMostRequestsAtTheSameTime() throws Exception {
        MockFile held = origin.serve("/held", Content.seeded(3, 1_000_000)).failing(Fault.throttle(500_000));
        for (int round = 0; round < 3; round++) {
            assertThat(get().body()).hasSize(SIZE);
        }
        assertThat(file.load().peak()).as("one after the other").isOne();

        HttpRequest request = HttpRequest.newBuilder(origin.url("/held")).build();
        try (InputStream first =
                        client.send(request, BodyHandlers.ofInputStream()).body();
                InputStream second =
                        client.send(request, BodyHandlers.ofInputStream()).body()) {
            assertThat(first.read()).isNotNegative();
            assertThat(second.read()).isNotNegative();
            assertThat(held.load().open()).isEqualTo(2);
        }
        assertThat(held.load().peak()).isEqualTo(2);
        assertThat(origin.load().peak()).isEqualTo(2);
    }

    @Test
    void aRequestHasEndedBeforeItsClientHasTheLastByte() throws Exception {
        for (int round = 0; round < 200; round++) {
            get("Range", "bytes=0-99");
            assertThat(origin.load().open()).isZero();
        }
    }

    @Test
    void aTakenPortIsAnError() {
        assertThatThrownBy(
                        () -> MockOrigin.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), origin.port())))
                .isInstanceOf(BindException.class);
    }

    private HttpResponse<byte[]> get(String... headers) throws IOException, InterruptedException {
        return fetch(file.path(), headers);
    }

    private HttpResponse<byte[]> fetch(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(origin.url(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    static byte[] bytes(Content content) {
        try {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            content.writeTo(all, 0, content.size());
            return all.toByteArray();
        } catch (IOException memoryDoesNotFail) {
            throw new AssertionError(memoryDoesNotFail);
        }
    }

    static MockOrigin started() {
        try {
            return MockOrigin.start();
        } catch (IOException noPort) {
            throw new AssertionError(noPort);
        }
    }
}
