package org.climaterescue.dispatcher.mock;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.micronaut.context.annotation.Requires;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MediaType;
import io.micronaut.http.annotation.Body;
import io.micronaut.http.annotation.Controller;
import io.micronaut.http.annotation.Post;
import io.micronaut.http.annotation.QueryValue;
import io.micronaut.scheduling.TaskExecutors;
import io.micronaut.scheduling.annotation.ExecuteOn;
import io.micronaut.security.annotation.Secured;
import io.micronaut.security.rules.SecurityRule;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.parameters.RequestBody;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.climaterescue.dispatcher.problem.BadJson;
import org.climaterescue.dispatcher.problem.Checks;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.protocol.DispatchRequest;
import org.climaterescue.protocol.Json;
import org.climaterescue.protocol.Problem;
import org.jspecify.annotations.Nullable;

/** The mock of the dispatch call. Exists in mock mode only. */
@Controller
@Tag(name = "Mock mode")
@Requires(property = MockDispatchController.ENABLED, value = "true")
public final class MockDispatchController {

    /** The property that opens the mock. */
    public static final String ENABLED = "rescue.mock.enabled";

    private static final double LONGEST_DELAY_SECONDS = 60;

    private final Path file;
    private final Checks checks;

    MockDispatchController(Settings settings, Checks checks) {
        this.file = settings.mock().data();
        this.checks = checks;
    }

    /** What a mocked dispatch answers. */
    record Answer(
            String status,
            String message,
            JsonNode receivedData,
            @Nullable JsonNode mockData) {}

    /**
     * Answers like a dispatch, from the file of scenarios.
     *
     * @param body the request, checked as a real one is and echoed as it came
     * @param scenario the name of the scenario
     */
    // A virtual thread: the slow scenario sleeps on it.
    @Post("/mock_dispatch")
    @ExecuteOn(TaskExecutors.BLOCKING)
    @Secured(SecurityRule.IS_ANONYMOUS)
    @Operation(operationId = "rehearse", summary = "Rehearse a dispatch")
    @RequestBody(content = @Content(schema = @Schema(implementation = DispatchRequest.class)))
    HttpResponse<?> dispatch(
            @Body JsonNode body, @QueryValue(value = "scenario", defaultValue = "normal") String scenario)
            throws InterruptedException, JsonProcessingException {
        check(body);
        Scenarios.Scenario chosen = read().named(scenario);
        if (chosen.delaySeconds() != null) {
            Thread.sleep((long) (Math.clamp(chosen.delaySeconds(), 0, LONGEST_DELAY_SECONDS) * 1000));
        }
        if (chosen.problem() != null) {
            return HttpResponse.status(
                            chosen.problem().status(), chosen.problem().code())
                    .body(chosen.problem().body())
                    .contentType(Problem.MEDIA_TYPE);
        }
        var answer = new Answer("success", "Payload received and processed", body, chosen.mockData());
        byte[] json = Json.mapper().writeValueAsBytes(answer);
        int length = chosen.cutAfterBytes() == null ? json.length : Math.clamp(chosen.cutAfterBytes(), 0, json.length);
        return HttpResponse.ok(Arrays.copyOf(json, length)).contentType(MediaType.APPLICATION_JSON_TYPE);
    }

    private void check(JsonNode body) {
        if (!body.isObject()) {
            throw ProblemException.invalid(null, "the body must be an object");
        }
        try {
            checks.require(Json.mapper().treeToValue(body, DispatchRequest.class));
        } catch (JsonProcessingException wrong) {
            throw BadJson.problem(wrong);
        }
    }

    // Read anew each time, so that an edited file counts at once; this is a tool for development.
    private Scenarios read() {
        try {
            return Json.mapper().readValue(Files.readAllBytes(file), Scenarios.class);
        } catch (JsonProcessingException broken) {
            throw unavailable("is not a file of scenarios: " + broken.getOriginalMessage(), broken);
        } catch (IOException absent) {
            throw unavailable("cannot be read", absent);
        }
    }

    private ProblemException unavailable(String what, IOException cause) {
        ProblemException problem = ProblemException.of(
                503,
                "mock_data_unavailable",
                "the mock data at %s %s; MOCK_DATA_PATH says where it is".formatted(file, what));
        problem.initCause(cause);
        return problem;
    }
}
