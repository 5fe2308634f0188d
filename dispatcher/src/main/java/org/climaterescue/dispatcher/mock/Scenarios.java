package org.climaterescue.dispatcher.mock;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.TreeMap;
import org.climaterescue.dispatcher.problem.ProblemException;
import org.climaterescue.protocol.Problem;
import org.jspecify.annotations.Nullable;

/**
 * The file of scenarios.
 *
 * @param scenarios by name
 */
record Scenarios(Map<String, Scenario> scenarios) {

    Scenarios {
        scenarios = scenarios == null ? Map.of() : new TreeMap<>(scenarios);
    }

    /**
     * One way to answer.
     *
     * @param mockData what is answered; null when the answer is a problem
     * @param delaySeconds how long the answer takes; null for at once
     * @param problem the refusal that is answered; null when it is none
     * @param cutAfterBytes where the answer breaks off; null when it is whole
     */
    record Scenario(
            @Nullable JsonNode mockData,
            @Nullable Double delaySeconds,
            @Nullable Refusal problem,
            @Nullable Integer cutAfterBytes) {}

    /** A refusal as the file has it. */
    record Refusal(int status, String code, String title, String detail) {

        Problem body() {
            return new Problem("urn:problem-type:climate-rescue:" + code, title, status, detail, code, null, Map.of());
        }
    }

    /**
     * The scenario of that name.
     *
     * @throws ProblemException 400 that lists the names, when there is none
     */
    Scenario named(String name) {
        Scenario scenario = scenarios.get(name);
        if (scenario == null) {
            throw ProblemException.invalid(
                    "scenario", "scenario must be one of " + String.join(", ", scenarios.keySet()));
        }
        return scenario;
    }
}
