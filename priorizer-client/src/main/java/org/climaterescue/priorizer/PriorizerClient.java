package org.climaterescue.priorizer;

import com.fasterxml.jackson.core.JacksonException;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig.SlidingWindowType;
import io.github.resilience4j.core.IntervalFunction;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Asks one priorizer for its ranking: {@code POST {base}/ranking}. Thread-safe.
 *
 * <p>What may pass is tried {@value #TRIES} times: a failed connection, 5xx, 429, an answer that breaks off or is no ranking.
 * A priorizer that failed {@value #FAILURES_IN_A_ROW} tries in a row, of one question or several, is left alone for a minute:
 * questions fail at once then. After that a single try decides whether it is asked as usual, or left alone for another minute.
 */
public final class PriorizerClient implements AutoCloseable {

    static final int TRIES = 3;
    static final int FAILURES_IN_A_ROW = 3;
    static final Duration LEFT_ALONE = Duration.ofMinutes(1);

    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final double LONGER_EACH_TIME = 3;
    private static final double JITTER = 0.5;
    private static final int TOO_MANY_REQUESTS = 429;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(CONNECT).build();
    private final ScheduledThreadPoolExecutor clock = clock();
    private final URI ranking;
    private final Duration silence;
    private final Duration timeout;
    private final Retry retry;
    private final CircuitBreaker breaker;
    private volatile boolean closed;

    /**
     * Connects nothing yet.
     *
     * @param base an http or https URL; {@code /ranking} is added to its path
     * @param silence how long it may say nothing, before its answer or in it; while the caller takes in what it said, nobody waits
     * @param timeout for the whole answer, from the first question to the last byte, however often it is asked
     */
    public PriorizerClient(URI base, Duration silence, Duration timeout) {
        this(base, silence, timeout, FIRST_PAUSE, Clock.systemUTC());
    }

    /**
     * As {@link #PriorizerClient(URI, Duration, Duration)}.
     *
     * @param pause before the second try, give or take a half
     * @param clock tells how long the priorizer has been left alone
     */
    PriorizerClient(URI base, Duration silence, Duration timeout, Duration pause, Clock clock) {
        this.ranking = URI.create(base.toString().replaceFirst("/+$", "") + "/ranking");
        this.silence = silence;
        this.timeout = timeout;
        this.breaker = CircuitBreaker.of(
                "priorizer",
                CircuitBreakerConfig.custom()
                        .slidingWindow(FAILURES_IN_A_ROW, FAILURES_IN_A_ROW, SlidingWindowType.COUNT_BASED)
                        .failureRateThreshold(100)
                        .permittedNumberOfCallsInHalfOpenState(1)
                        .waitDurationInOpenState(LEFT_ALONE)
                        .clock(clock)
                        // What fails at the caller, such as a database that is away, says nothing of the priorizer.
                        .ignoreException(failure -> !(failure instanceof PriorizerUnavailable))
                        .build());
        this.retry = Retry.of(
                "priorizer",
                RetryConfig.custom()
                        .maxAttempts(TRIES)
                        .intervalFunction(IntervalFunction.ofExponentialRandomBackoff(pause, LONGER_EACH_TIME, JITTER))
                        .retryOnException(failure -> failure instanceof PriorizerUnavailable away
                                && away.mayPass()
                                && breaker.getState() != CircuitBreaker.State.OPEN)
                        .build());
    }

    /**
     * Asks, again where that may help, and hands on each usable entry as it comes, however long the ranking is.
     *
     * @param begin gives who is told of the entries, on the calling thread; asked again for each try, when what was told
     *     before is to be forgotten
     * @throws PriorizerUnavailable when no answer came whole; what was told is to be forgotten
     */
    public Ranking ask(Supplier<Consumer<Ranking.Entry>> begin) throws PriorizerUnavailable, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        Callable<Ranking> oneTry = breaker.decorateCallable(() -> askOnce(begin.get(), deadline));
        try {
            return retry.executeCallable(oneTry);
        } catch (CallNotPermittedException leftAlone) {
            throw PriorizerUnavailable.forGood(
                    "it failed %d times in a row or more and is left alone for a minute".formatted(FAILURES_IN_A_ROW),
                    leftAlone);
        } catch (PriorizerUnavailable | InterruptedException | RuntimeException failure) {
            throw failure;
        } catch (Exception other) {
            throw new IllegalStateException(other);
        }
    }

    private Ranking askOnce(Consumer<Ranking.Entry> each, long deadline)
            throws PriorizerUnavailable, InterruptedException {
        HttpRequest question = HttpRequest.newBuilder(ranking)
                .timeout(Duration.ofNanos(Math.clamp(deadline - System.nanoTime(), 1, silence.toNanos())))
                .header("Accept", "application/json")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{}"))
                .build();
        HttpResponse<InputStream> answer;
        try {
            answer = client.send(question, BodyHandlers.ofInputStream());
        } catch (HttpConnectTimeoutException unreachable) {
            throw mayPass("no answer: " + reason(unreachable), unreachable);
        } catch (HttpTimeoutException late) {
            throw PriorizerUnavailable.forGood("no answer: " + reason(late), late);
        } catch (IOException unreachable) {
            throw mayPass("no answer: " + reason(unreachable), unreachable);
        }
        return read(answer, each, deadline);
    }

    /** The timeout of a request ends with its headers, so the rest of the answer has a clock of its own. */
    private Ranking read(HttpResponse<InputStream> answer, Consumer<Ranking.Entry> each, long deadline)
            throws PriorizerUnavailable {
        try (InputStream document = new TimedBody(answer.body(), silence, deadline, clock)) {
            int status = answer.statusCode();
            if (status != 200) {
                String answered = "it answered " + status;
                throw status >= 500 || status == TOO_MANY_REQUESTS
                        ? mayPass(answered, null)
                        : PriorizerUnavailable.forGood(answered, null);
            }
            return RankingParser.parse(document, each);
        } catch (JacksonException noRanking) {
            throw mayPass("it gave no ranking: " + noRanking.getOriginalMessage(), noRanking);
        } catch (TimedBody.Silent silent) {
            throw PriorizerUnavailable.forGood(
                    "its answer stood still for more than " + silence.toSeconds() + " s", silent);
        } catch (TimedBody.Late late) {
            throw PriorizerUnavailable.forGood("its answer took longer than " + timeout.toSeconds() + " s", late);
        } catch (IOException broken) {
            throw mayPass("its answer broke off: " + reason(broken), broken);
        }
    }

    private static ScheduledThreadPoolExecutor clock() {
        var one = new ScheduledThreadPoolExecutor(
                1,
                Thread.ofPlatform()
                        .daemon()
                        .name("clock of the priorizer's answers")
                        .factory());
        one.setRemoveOnCancelPolicy(true);
        return one;
    }

    private PriorizerUnavailable mayPass(String message, @Nullable Throwable cause) {
        return closed
                ? PriorizerUnavailable.forGood(message, cause)
                : PriorizerUnavailable.forTheMoment(message, cause);
    }

    private static String reason(IOException failure) {
        return failure.getMessage() == null ? failure.getClass().getSimpleName() : failure.getMessage();
    }

    /** Breaks off what is being asked. */
    @Override
    public void close() {
        closed = true;
        client.shutdownNow();
        clock.shutdownNow();
    }
}
