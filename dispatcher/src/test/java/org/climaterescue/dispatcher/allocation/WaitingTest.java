package org.climaterescue.dispatcher.allocation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.climaterescue.dispatcher.FleetTest;
import org.junit.jupiter.api.Test;

/** Calls that wait for work. */
class WaitingTest extends FleetTest {

    @Override
    protected Map<String, String> settings() {
        return Map.of();
    }

    @Test
    void aNodeThatHungUpWhileItWaitedIsGivenNothing() throws Exception {
        register("a");
        String call = dispatch("a", ", 'wait_seconds':60").replace('\'', '"');
        try (var socket =
                new Socket(dispatcher.uri().getHost(), dispatcher.uri().getPort())) {
            socket.getOutputStream()
                    .write(("POST /dispatch HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: "
                                    + call.length() + "\r\n\r\n" + call)
                            .getBytes(StandardCharsets.US_ASCII));
            await().until(() -> waiting() == 1);
        }
        await().until(() -> waiting() == 0);

        String task = submit(1);

        assertThat(standing(task)).isEqualTo("pending");
    }

    private long waiting() {
        return dispatcher.bean(AllocationRounds.class).reportActiveTasks().orElseThrow();
    }
}
