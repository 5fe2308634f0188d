package org.climaterescue.mock.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FleetPlanTest {

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 10, 49, 50})
    void theSmallestFleetHasANodeThatFallsSilentAndADownloadThatFails(int nodes) {
        FleetPlan plan = FleetPlan.usual(nodes, nodes);

        assertThat(plan.silentNodes()).isOne();
        for (int node = 0; node < nodes; node++) {
            assertThat(plan.fails(0, 1, node)).isTrue();
            assertThat(plan.fails(0, 2, node)).as("a second time").isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 1000, 10_000})
    void oneNodeOfFiftyFallsSilent(int nodes) {
        assertThat(FleetPlan.usual(nodes, nodes * 10).silentNodes()).isEqualTo(nodes / 50);
    }
}
