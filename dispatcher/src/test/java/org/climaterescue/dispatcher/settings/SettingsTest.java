package org.climaterescue.dispatcher.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTest {

    @Test
    void withNothingSetTheDefaultsAreTheContractsOnes() {
        assertThat(Settings.from(Map.of()))
                .isEqualTo(new Settings(
                        new Settings.Listen("127.0.0.1", 8001),
                        new Settings.Database(null, Path.of("./data")),
                        new Settings.Liveness(
                                Duration.ofSeconds(15),
                                Duration.ofSeconds(60),
                                Duration.ofMinutes(2),
                                Duration.ofMinutes(15)),
                        new Settings.Retries(6, Duration.ofSeconds(30)),
                        new Settings.Rescue(3, Duration.ofDays(7), 2, 1_000_000_000L, false),
                        new Settings.History(null),
                        new Settings.Reads(Duration.ofSeconds(30)),
                        new Settings.Access(null, null, false, 0),
                        new Settings.Mock(true, Path.of("mock/mock_data.json")),
                        new Settings.Logging("INFO", false, Settings.LogFormat.TEXT),
                        new Settings.Priorizer(null, Duration.ofMinutes(10))));
    }

    @Test
    void everyVariableIsRead() {
        Map<String, String> all = new HashMap<>();
        all.put("DISPATCHER_HOST", "127.0.0.2");
        all.put("DISPATCHER_PORT", "0");
        all.put("DATABASE_URL", "postgresql://u:p@db/rescue");
        all.put("RESCUE_DATA_DIR", "/var/lib/rescue");
        all.put("PRIORIZER_URL", "http://priorizer:9000/base");
        all.put("RESCUE_PRIORIZER_REFRESH", "90s");
        all.put("RESCUE_COPIES", "5");
        all.put("RESCUE_DEDUP_WINDOW", "P2D");
        all.put("RESCUE_HEARTBEAT", "500ms");
        all.put("RESCUE_SUSPECT_AFTER", "2m");
        all.put("RESCUE_LOST_AFTER", "6h");
        all.put("RESCUE_STALL_AFTER", "PT20S");
        all.put("RESCUE_MAX_ATTEMPTS", "9");
        all.put("RESCUE_RETRY_BASE", "10s");
        all.put("RESCUE_HOST_CONNECTIONS", "4");
        all.put("RESCUE_UNKNOWN_SIZE_MB", "250");
        all.put("RESCUE_HISTORY", "730d");
        all.put("RESCUE_COALESCE_WAIT", "800ms");
        all.put("RESCUE_OPERATOR_KEY", "operator-key");
        all.put("RESCUE_JOIN_KEY", "join-key");
        all.put("RESCUE_OPEN", "yes");
        all.put("RESCUE_RATE_LIMIT", "17");
        all.put("RESCUE_ALLOW_PRIVATE", "1");
        all.put("ENABLE_MOCK_MODE", "TRUE");
        all.put("MOCK_DATA_PATH", "/tmp/mock.json");
        all.put("LOG_LEVEL", "warning");
        all.put("LOG_FORMAT", "Json");
        all.put("DEBUG", "on");

        assertThat(Settings.from(all))
                .isEqualTo(new Settings(
                        new Settings.Listen("127.0.0.2", 0),
                        new Settings.Database("postgresql://u:p@db/rescue", Path.of("/var/lib/rescue")),
                        new Settings.Liveness(
                                Duration.ofMillis(500),
                                Duration.ofMinutes(2),
                                Duration.ofHours(6),
                                Duration.ofSeconds(20)),
                        new Settings.Retries(9, Duration.ofSeconds(10)),
                        new Settings.Rescue(5, Duration.ofDays(2), 4, 250_000_000L, true),
                        new Settings.History(Duration.ofDays(730)),
                        new Settings.Reads(Duration.ofMillis(800)),
                        new Settings.Access("operator-key", "join-key", true, 17),
                        new Settings.Mock(true, Path.of("/tmp/mock.json")),
                        new Settings.Logging("WARN", true, Settings.LogFormat.JSON),
                        new Settings.Priorizer(URI.create("http://priorizer:9000/base"), Duration.ofSeconds(90))));
    }

    @Test
    void anOperatorKeyTurnsSecuredModeOnWithItsOwnDefaults() {
        Settings secured = Settings.from(Map.of("RESCUE_OPERATOR_KEY", "k"));

        assertThat(secured.access().secured()).isTrue();
        assertThat(secured.access().rateLimit()).isEqualTo(200);
        assertThat(secured.listen().host()).isEqualTo("0.0.0.0");
        assertThat(secured.mock().enabled()).isFalse();
    }

    @Test
    void anEmptyVariableCountsAsUnset() {
        assertThat(Settings.from(Map.of("RESCUE_COPIES", "", "RESCUE_OPERATOR_KEY", " ", "DATABASE_URL", "")))
                .isEqualTo(Settings.from(Map.of()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "0s", "PT0S"})
    void aRefreshOfZeroIsNone(String zero) {
        assertThat(Settings.from(Map.of("RESCUE_PRIORIZER_REFRESH", zero))
                        .priorizer()
                        .refresh())
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "DISPATCHER_PORT,65536",
        "DISPATCHER_PORT,-1",
        "DISPATCHER_PORT,http",
        "DISPATCHER_HOST,no such host",
        "RESCUE_COPIES,0",
        "RESCUE_COPIES,101",
        "RESCUE_COPIES,2.5",
        "RESCUE_DEDUP_WINDOW,a week",
        "RESCUE_HISTORY,29d",
        "RESCUE_HISTORY,0",
        "RESCUE_DEDUP_WINDOW,-1s",
        "RESCUE_HEARTBEAT,15",
        "RESCUE_HEARTBEAT,0s",
        "RESCUE_HEARTBEAT,PT-15S",
        "RESCUE_SUSPECT_AFTER,1y",
        "RESCUE_LOST_AFTER,99999999999d",
        "RESCUE_STALL_AFTER,0ms",
        "RESCUE_MAX_ATTEMPTS,0",
        "RESCUE_RETRY_BASE,7h",
        "RESCUE_HOST_CONNECTIONS,0",
        "RESCUE_UNKNOWN_SIZE_MB,-5",
        "RESCUE_RATE_LIMIT,-1",
        "RESCUE_RATE_LIMIT,fast",
        "RESCUE_OPEN,perhaps",
        "RESCUE_ALLOW_PRIVATE,2",
        "ENABLE_MOCK_MODE,enabled",
        "DEBUG,verbose",
        "LOG_LEVEL,loud",
        "LOG_FORMAT,xml",
        "PRIORIZER_URL,ftp://priorizer/",
        "RESCUE_PRIORIZER_REFRESH,-1s",
        "RESCUE_PRIORIZER_REFRESH,never",
        "PRIORIZER_URL,localhost:9000",
        "PRIORIZER_URL,http://a b/",
    })
    void aValueThatMakesNoSenseIsNamedInOneLine(String variable, String value) {
        assertThatThrownBy(() -> Settings.from(Map.of(variable, value)))
                .isInstanceOf(BadSetting.class)
                .hasMessageStartingWith(variable + " is \"" + value + "\"; it must be ")
                .hasMessageMatching(".*");
    }

    @ParameterizedTest
    @CsvSource({
        "RESCUE_HEARTBEAT,60s,RESCUE_SUSPECT_AFTER",
        "RESCUE_SUSPECT_AFTER,15s,RESCUE_SUSPECT_AFTER",
        "RESCUE_SUSPECT_AFTER,2m,RESCUE_LOST_AFTER",
        "RESCUE_LOST_AFTER,60s,RESCUE_LOST_AFTER",
    })
    void silenceIsCountedInOrder(String variable, String value, String named) {
        assertThatThrownBy(() -> Settings.from(Map.of(variable, value)))
                .isInstanceOf(BadSetting.class)
                .hasMessageStartingWith(named + " is ")
                .hasMessageContaining("longer than ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::"})
    void openModeRefusesOtherAddressesUnlessItIsMeant(String host) {
        assertThatThrownBy(() -> Settings.from(Map.of("DISPATCHER_HOST", host)))
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining("RESCUE_OPEN=true");
        assertThat(Settings.from(Map.of("DISPATCHER_HOST", host, "RESCUE_OPEN", "true"))
                        .listen()
                        .host())
                .isEqualTo(host);
        assertThat(Settings.from(Map.of("DISPATCHER_HOST", host, "RESCUE_OPERATOR_KEY", "k"))
                        .listen()
                        .host())
                .isEqualTo(host);
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "127.8.8.8", "localhost", "::1"})
    void openModeListensOnLoopback(String host) {
        assertThat(Settings.from(Map.of("DISPATCHER_HOST", host)).listen().host())
                .isEqualTo(host);
    }

    @Test
    void noMessageShowsASecret() {
        assertThatThrownBy(() -> Settings.from(Map.of("RESCUE_OPERATOR_KEY", "my secret")))
                .isInstanceOf(BadSetting.class)
                .hasMessageStartingWith("RESCUE_OPERATOR_KEY ")
                .hasMessageNotContaining("my secret");
        assertThatThrownBy(() -> Settings.from(Map.of("DATABASE_URL", "mysql://u:secret@db/x")))
                .isInstanceOf(BadSetting.class)
                .hasMessageStartingWith("DATABASE_URL ")
                .hasMessageNotContaining("secret");
    }

    @Test
    void aJoinKeyNeedsAnotherOperatorKey() {
        assertThatThrownBy(() -> Settings.from(Map.of("RESCUE_JOIN_KEY", "j")))
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining("RESCUE_OPERATOR_KEY is not");
        assertThatThrownBy(() -> Settings.from(Map.of("RESCUE_JOIN_KEY", "k", "RESCUE_OPERATOR_KEY", "k")))
                .isInstanceOf(BadSetting.class)
                .hasMessageContaining("must be another key");
    }
}
