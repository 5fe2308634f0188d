package org.climaterescue.dispatcher.catalog;

import java.nio.file.Path;
import org.climaterescue.dispatcher.TestService;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Tests that each have a service of their own, on an empty database. */
abstract class OwnService {

    @TempDir
    Path dataDir;

    TestService service;

    @BeforeEach
    void start() {
        service = TestService.start(dataDir);
    }

    @AfterEach
    void stop() {
        service.close();
    }
}
