package org.climaterescue.dispatcher.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.climaterescue.db.TestDatabase;
import org.climaterescue.dispatcher.TestService;
import org.climaterescue.protocol.Json;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What dashboards and alerts rely on. */
class MetricNamesTest {

    private static final Path OPERATIONS = Path.of("../docs/operations");

    /** A metric of this service, of its libraries or of its runtime, as PromQL names it. */
    private static final Pattern METRIC =
            Pattern.compile("\\b(?:rescue|http_server|hikaricp|jvm|process|logback)_[a-z0-9_]+\\b");

    @TempDir
    static Path dataDir;

    private static TestService service;
    private static String metrics;

    /** A host at its limit, for which a copy waits, and a call of each kind. */
    @BeforeAll
    static void somethingOfEverythingHappens() {
        service = TestService.start(
                dataDir, TestDatabase.create(), Map.of("RESCUE_HOST_CONNECTIONS", "1", "RESCUE_COPIES", "1"));
        for (String file : new String[] {"a", "b", "c", "d"}) {
            service.post("/tasks", "{\"dataset_url\":\"http://example.org/%s\",\"size_bytes\":1}".formatted(file));
        }
        report("fail", ",\"reason\":\"network\"");
        report("complete", ",\"sha256\":\"%s\",\"size_bytes\":1".formatted("ab".repeat(32)));
        assignment();
        await().atMost(Duration.ofMinutes(2))
                .until(() -> scrape().contains("rescue_host_waiting_copies{host=\"example.org\",state=\"full\"} 1.0"));
        metrics = scrape();
    }

    @AfterAll
    static void stop() {
        service.close();
    }

    @Test
    void namesTypesAndLabelsStayAsTheyAre() {
        assertThat(String.join("\n", described())).isEqualTo("""
                rescue_assignments_active gauge []
                rescue_assignments_ended_total counter [outcome, reason]
                rescue_assignments_started_total counter []
                rescue_catalogs gauge [status]
                rescue_claim_wait_seconds histogram []
                rescue_claim_wait_seconds_max gauge []
                rescue_coalescing_cache_hits_total counter []
                rescue_coalescing_deduplicated_requests_total counter []
                rescue_coalescing_deduplication_ratio gauge []
                rescue_coalescing_executions_total counter []
                rescue_coalescing_requests_total counter []
                rescue_copies_late_total counter []
                rescue_copies_rejected gauge []
                rescue_copies_reported_total counter [verification]
                rescue_copies_size_bytes_total counter []
                rescue_database_size_bytes gauge []
                rescue_database_up gauge []
                rescue_deduplication_accepted_total counter []
                rescue_deduplication_duplicates_by_request_id_total counter []
                rescue_deduplication_duplicates_by_url_total counter []
                rescue_deduplication_other_body_total counter []
                rescue_deduplication_ratio gauge []
                rescue_deduplication_submitted_total counter []
                rescue_dispatches_total counter [outcome]
                rescue_dispatches_waiting gauge []
                rescue_host_connections_free gauge []
                rescue_host_waiting_copies gauge [host, state]
                rescue_hosts gauge [state]
                rescue_imports_ended_total counter [outcome]
                rescue_imports_read_bytes gauge []
                rescue_imports_size_bytes gauge []
                rescue_lease_age_seconds histogram [outcome]
                rescue_lease_age_seconds_max gauge [outcome]
                rescue_nodes gauge [status]
                rescue_priorizer_refreshes_total counter [source]
                rescue_queue_copies gauge [priority]
                rescue_queue_oldest_seconds gauge [priority]
                rescue_round_duration_seconds histogram [round]
                rescue_round_duration_seconds_max gauge [round]
                rescue_round_size histogram [round]
                rescue_round_size_max gauge [round]
                rescue_submissions_rejected_total counter []
                rescue_tasks gauge [status]
                rescue_tasks_backoff gauge []
                rescue_tasks_disputed gauge []
                rescue_tasks_settled_total counter [status]""");
    }

    @Test
    void whatHappenedIsCounted() {
        assertThat(metrics.lines())
                .contains(
                        "rescue_assignments_started_total 3.0",
                        "rescue_assignments_active 1.0",
                        "rescue_assignments_ended_total{outcome=\"completed\",reason=\"none\"} 1.0",
                        "rescue_assignments_ended_total{outcome=\"failed\",reason=\"network\"} 1.0",
                        "rescue_assignments_ended_total{outcome=\"failed\",reason=\"gone\"} 0.0",
                        "rescue_lease_age_seconds_count{outcome=\"failed\"} 1",
                        "rescue_claim_wait_seconds_count 3",
                        "rescue_copies_reported_total{verification=\"unverified\"} 1.0",
                        "rescue_copies_size_bytes_total 1.0",
                        "rescue_dispatches_total{outcome=\"assigned\"} 3.0",
                        "rescue_tasks_settled_total{status=\"rescued\"} 1.0",
                        "rescue_tasks{status=\"rescued\"} 1.0",
                        "rescue_tasks{status=\"assigned\"} 1.0",
                        "rescue_tasks{status=\"pending\"} 2.0",
                        "rescue_tasks_backoff 1.0",
                        "rescue_queue_copies{priority=\"5\"} 1.0",
                        "rescue_nodes{status=\"active\"} 1.0",
                        "rescue_hosts{state=\"full\"} 1.0",
                        "rescue_database_up 1.0",
                        "rescue_round_size_sum{round=\"submission\"} 4.0");
    }

    /** A label per node, task or any host would be a time series each. */
    @Test
    void noMetricGrowsWithNodesTasksOrHosts() {
        assertThat(metrics.lines().filter(line -> line.startsWith("rescue_") && line.contains("example.org")))
                .hasSize(1);
        assertThat(metrics.lines().filter(line -> line.startsWith("rescue_"))).hasSizeLessThan(300);
        assertThat(metrics).doesNotContain("node-1");
    }

    @Test
    void everyMetricThatTheDashboardAndTheAlertsNameIsThere() throws IOException {
        Set<String> named = new TreeSet<>();
        for (String file : new String[] {"dashboard.json", "alerts.yml", "alerts_test.yml"}) {
            Matcher metric = METRIC.matcher(Files.readString(OPERATIONS.resolve(file)));
            while (metric.find()) {
                named.add(metric.group());
            }
        }
        Set<String> there = new TreeSet<>();
        metrics.lines().filter(line -> !line.startsWith("#")).forEach(line -> there.add(line.split("[{ ]", 2)[0]));
        assertThat(named).hasSizeGreaterThan(30);
        assertThat(there).containsAll(named);
    }

    @Test
    void theDashboardIsWhatGrafanaReads() throws IOException {
        JsonNode dashboard =
                Json.mapper().readTree(OPERATIONS.resolve("dashboard.json").toFile());
        assertThat(dashboard.get("uid").asText()).isEqualTo("climate-rescue");
        Set<Integer> ids = new TreeSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).as(panel.toString()).isTrue();
            assertThat(panel.at("/gridPos/x").asInt() + panel.at("/gridPos/w").asInt())
                    .isLessThanOrEqualTo(24);
            if (!panel.get("type").asText().equals("row")) {
                assertThat(panel.get("type").asText()).isIn("stat", "timeseries");
                assertThat(panel.get("description").asText()).isNotBlank();
                assertThat(panel.at("/targets/0/expr").asText()).contains("job=~\"$job\"");
            }
        }
    }

    @Test
    void everyAlertHasItsPlaceInTheManual() throws IOException {
        String manual = Files.readString(Path.of("../docs/operations.md"));
        Matcher alert = Pattern.compile("- alert: (\\w+)").matcher(Files.readString(OPERATIONS.resolve("alerts.yml")));
        int alerts = 0;
        while (alert.find()) {
            alerts++;
            assertThat(manual).contains("\n### " + alert.group(1) + "\n");
            assertThat(Files.readString(OPERATIONS.resolve("alerts.yml")))
                    .contains("operations.md#" + alert.group(1).toLowerCase(Locale.ROOT) + "\n");
        }
        assertThat(alerts).isPositive();
    }

    /** Where Prometheus' own tool is about, it has the last word on conventions. */
    @Test
    void prometheusFindsNothingAmissWithAnyMetric() throws IOException, InterruptedException {
        Process promtool;
        try {
            promtool = new ProcessBuilder("promtool", "check", "metrics")
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException notInstalled) {
            abort("there is no promtool on this machine");
            return;
        }
        try (var in = promtool.outputWriter()) {
            in.write(metrics);
        }
        String said = new String(promtool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(promtool.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(said).isEmpty();
    }

    /** Each of our metrics with its type and its labels, {@code le} aside. */
    private static Set<String> described() {
        Map<String, String> types = new TreeMap<>();
        Map<String, Set<String>> labels = new TreeMap<>();
        metrics.lines().filter(line -> line.startsWith("# TYPE rescue_")).forEach(line -> {
            List<String> words = Arrays.asList(line.split(" ", -1));
            types.put(words.get(2), words.get(3));
            labels.put(words.get(2), new TreeSet<>());
        });
        Pattern label = Pattern.compile("(\\w+)=\"");
        metrics.lines().filter(line -> line.startsWith("rescue_")).forEach(line -> {
            String name = line.split("[{ ]", 2)[0];
            String family = types.containsKey(name) ? name : name.replaceAll("_(bucket|count|sum)$", "");
            Matcher found = label.matcher(line);
            while (found.find()) {
                Objects.requireNonNull(labels.get(family), family).add(found.group(1));
            }
        });
        labels.values().forEach(names -> names.remove("le"));
        Set<String> described = new TreeSet<>();
        types.forEach((name, type) -> described.add(name + " " + type + " " + labels.get(name)));
        return described;
    }

    private static String scrape() {
        return service.get("/prometheus").text();
    }

    private static void report(String how, String members) {
        assertThat(service.post(
                                "/assignments/" + assignment() + "/" + how,
                                "{\"node_id\":\"node-1\"%s}".formatted(members))
                        .status())
                .isEqualTo(200);
    }

    private static String assignment() {
        return service.post("/dispatch", "{\"node_id\":\"node-1\",\"capacity_gb\":1,\"wait_seconds\":5}")
                .json()
                .at("/assignment/assigned_tasks/0/assignment_id")
                .asText();
    }
}
