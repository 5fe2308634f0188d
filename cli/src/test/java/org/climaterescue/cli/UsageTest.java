package org.climaterescue.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.Dispatcher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What makes no sense is wrong usage (2) and no failure (1), whoever notices it. */
class UsageTest {

    /** Nothing answers there. */
    private static final String NOWHERE = "http://localhost:1";

    private static Dispatcher dispatcher;

    @BeforeAll
    static void start() {
        dispatcher = Dispatcher.start(
                Map.of("DATABASE_URL", TestDatabase.create(), "DISPATCHER_PORT", "0", "LOG_LEVEL", "WARN"));
    }

    @AfterAll
    static void stop() {
        dispatcher.close();
    }

    @ParameterizedTest
    @CsvSource({
        "tasks --status nonsense,        'pending, assigned, replicating, rescued, failed, cancelled'",
        "nodes --status nonsense,        'active, suspect, lost, draining, gone'",
        "nodes --sort nonsense,          'registered, heard, active'",
        "hosts --sort nonsense,          'waiting, active, known'",
        "failed --reason nonsense,       'gone, forbidden, dynamic_page'",
        "retry --reason nonsense,        'gone, forbidden, dynamic_page'",
        "cancel --reason nonsense,       'gone, forbidden, dynamic_page'",
        "manifest --format nonsense,     'csv, jsonl, sha256, meta4'",
        "import --format nonsense x.csv, 'auto, dcat, ckan, csv, jsonl'"
    })
    void aWordThatIsNoneOfThoseAllowedIsWrongUsageAndAllAreTold(String command, String allowed) {
        Run run = Run.rescue(Stream.concat(Stream.of(command.split(" ")), Stream.of("--dispatcher", NOWHERE))
                .toArray(String[]::new));

        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err().strip()).hasLineCount(1).containsIgnoringCase(allowed);
        assertThat(run.out()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "priority t-1 11,                             priority",
        "hosts limit data.example.org 0,              max_connections",
        "submit file:///etc/passwd,                   dataset_url",
        "submit http://a.example/x --copies 0,        copies",
        "submit http://a.example/x --sha256 nonsense, sha256",
        "copies nonsense,                             url"
    })
    void aValueThatTheDispatcherFindsWrongIsWrongUsage(String command, String named) {
        Run run = Run.rescue(Stream.concat(
                        Stream.of(command.split(" ")),
                        Stream.of("--dispatcher", dispatcher.uri().toString()))
                .toArray(String[]::new));

        assertThat(run.code()).as(run.err()).isEqualTo(2);
        assertThat(run.err().strip()).hasLineCount(1).contains("400", named);
    }
}
