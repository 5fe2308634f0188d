package org.climaterescue.priorizer;

import com.fasterxml.jackson.core.JacksonException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Asks one priorizer for its ranking: {@code POST {base}/ranking}. Thread-safe. */
public final class PriorizerClient implements AutoCloseable {

    private static final Duration CONNECT = Duration.ofSeconds(10);

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final URI ranking;
    private final Duration timeout;

    /**
     * Connects nothing yet.
     *
     * @param base an http or https URL; {@code /ranking} is added to its path
     * @param timeout for the whole answer, from the question to its last byte
     */
    public PriorizerClient(URI base, Duration timeout) {
        this.ranking = URI.create(base.toString().replaceFirst("/+$", "") + "/ranking");
        this.timeout = timeout;
    }

    /**
     * Asks once and hands on each usable entry as it comes, however long the ranking is.
     *
     * @param each told on the calling thread
     * @throws PriorizerUnavailable when the answer does not come whole; what {@code each} was told is then to be forgotten
     */
    public Ranking ask(Consumer<Ranking.Entry> each) throws PriorizerUnavailable, InterruptedException {
        long began = System.nanoTime();
        HttpRequest question = HttpRequest.newBuilder(ranking)
                .timeout(timeout)
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}"))
                .build();
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(question, BodyHandlers.ofInputStream());
        } catch (IOException unreachable) {
            throw new PriorizerUnavailable("no answer from " + ranking + ": " + reason(unreachable), unreachable);
        }
        return read(answer, each, timeout.toNanos() - (System.nanoTime() - began));
    }

    /** The timeout of a request ends with its headers, so the rest of the answer has a clock of its own. */
    private Ranking read(HttpResponse<InputStream> answer, Consumer<Ranking.Entry> each, long nanosLeft)
            throws PriorizerUnavailable {
        AtomicBoolean late = new AtomicBoolean();
        CompletableFuture<Void> clock = CompletableFuture.runAsync(
                () -> {
                    late.set(true);
                    close(answer.body());
                },
                CompletableFuture.delayedExecutor(nanosLeft, TimeUnit.NANOSECONDS));
        try (InputStream document = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new PriorizerUnavailable(ranking + " answered " + answer.statusCode());
            }
            return RankingParser.parse(document, each);
        } catch (JacksonException noRanking) {
            throw new PriorizerUnavailable(ranking + " gave no ranking: " + noRanking.getOriginalMessage(), noRanking);
        } catch (IOException broken) {
            String what =
                    late.get() ? "took longer than " + timeout.toSeconds() + " s" : "broke off: " + reason(broken);
            throw new PriorizerUnavailable("the answer of " + ranking + " " + what, broken);
        } finally {
            clock.cancel(false);
        }
    }

    private static void close(InputStream body) {
        try {
            body.close();
        } catch (IOException alreadyBroken) {
            throw new UncheckedIOException(alreadyBroken);
        }
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
