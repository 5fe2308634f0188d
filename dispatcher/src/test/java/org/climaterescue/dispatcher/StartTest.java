package org.climaterescue.dispatcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start either leads to a dispatcher that answers, or to one line that says why not. */
final class StartTest {

    @TempDir
    Path data;

    @Test
    void aBadSettingIsOneLine() {
        assertThatThrownBy(() -> Dispatcher.start(Map.of("RESCUE_COPIES", "many")))
                .isInstanceOf(StartFailure.class)
                .hasMessage("RESCUE_COPIES is \"many\"; it must be a whole number from 1 to 100");
    }

    @Test
    void aTakenPortIsOneLineAndNothingIsLeftRunning() throws Exception {
        try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            Map<String, String> environment = Map.of("DISPATCHER_PORT", port, "RESCUE_DATA_DIR", data.toString());

            assertThatThrownBy(() -> Dispatcher.start(environment))
                    .isInstanceOf(StartFailure.class)
                    .hasMessage("port " + port
                            + " on 127.0.0.1 is taken; stop what listens there or set DISPATCHER_PORT" + " to another");
        }
        // The data directory is free again.
        Served.start(data, Map.of()).close();
    }

    @Test
    void anAddressOfAnotherMachineIsOneLine() {
        Map<String, String> environment =
                Map.of("DISPATCHER_HOST", "192.0.2.1", "RESCUE_OPERATOR_KEY", "k", "RESCUE_DATA_DIR", data.toString());

        assertThatThrownBy(() -> Dispatcher.start(environment))
                .isInstanceOf(StartFailure.class)
                .hasMessage("192.0.2.1 is no address of this machine; set DISPATCHER_HOST to one");
    }

    @Test
    void aDatabaseThatCannotBeIsOneLine() throws Exception {
        Path file = Files.createFile(data.resolve("file"));

        assertThatThrownBy(() -> Dispatcher.start(Map.of("DISPATCHER_PORT", "0", "RESCUE_DATA_DIR", file.toString())))
                .isInstanceOf(StartFailure.class)
                .hasMessageContaining(file.toString())
                .hasMessageMatching(".*");
    }

    @Test
    void closingLetsACallUnderWayFinish() throws Exception {
        Served served = Served.start(data, Map.of());
        var gate = served.bean(ProbeController.Gate.class);
        CompletableFuture<Served.Answer> call = CompletableFuture.supplyAsync(() -> {
            try {
                return served.get("/probe/gate");
            } catch (Exception failed) {
                throw new IllegalStateException(failed);
            }
        });
        gate.entered().join();

        served.close();

        assertThat(call.join().status()).isEqualTo(200);
        assertThat(call.join().body()).isEqualTo("passed");
    }
}
