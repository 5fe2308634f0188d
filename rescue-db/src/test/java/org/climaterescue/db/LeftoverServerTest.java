package org.climaterescue.db;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LeftoverServerTest {

    @Test
    void aProgramThatIsShownAsTheRootDirectoryHasNoName() {
        assertThat(LeftoverServer.fileName("/")).isEmpty();
        assertThat(LeftoverServer.fileName("/usr/bin/postgres")).isEqualTo("postgres");
    }
}
