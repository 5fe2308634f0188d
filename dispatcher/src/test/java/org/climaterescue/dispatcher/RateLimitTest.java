package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A client that asks too often is told to slow down; the others do not notice. */
final class RateLimitTest {

    private static final String[] OPERATOR = {"Authorization", "Bearer operator"};

    @TempDir
    static Path data;

    private static Served served;

    @BeforeAll
    static void start() {
        served = Served.start(
                data, Map.of("RESCUE_OPERATOR_KEY", "operator", "RESCUE_JOIN_KEY", "join", "RESCUE_RATE_LIMIT", "2"));
    }

    @AfterAll
    static void stop() {
        served.close();
    }

    @Test
    void aClientThatAsksTooOftenIsToldWhenToComeBack() throws Exception {
        Served.Answer refused = untilRefused("Authorization", "Bearer join");

        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.code()).isEqualTo("rate_limited");
        assertThat(Integer.parseInt(refused.header("Retry-After"))).isPositive();
        assertThat(refused.header("Content-Type")).isEqualTo("application/problem+json");
    }

    @Test
    void guessingCredentialsIsLimitedAsOneClientHoweverManyAreTried() throws Exception {
        int attempt = 0;
        Served.Answer answer;
        do {
            answer = served.post("/probe/operate", "{}", "Authorization", "Bearer guess-" + attempt);
            attempt++;
        } while (answer.status() == 401 && attempt < 10_000);

        assertThat(answer.status()).isEqualTo(429);
    }

    @Test
    void oneClientsHasteIsNotAnothersAndHealthIsFree() throws Exception {
        untilRefused();

        assertThat(served.get("/whoami", OPERATOR).status()).isEqualTo(200);
        for (int i = 0; i < 20; i++) {
            assertThat(served.get("/health/liveness").status()).isEqualTo(200);
        }
    }

    private static Served.Answer untilRefused(String... headers) throws Exception {
        for (int i = 0; i < 10_000; i++) {
            Served.Answer answer = served.get("/whoami", headers);
            if (answer.status() != 200) {
                return answer;
            }
        }
        throw new AssertionError("never refused");
    }
}
