package org.climaterescue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What a process keeps in memory, in MB of 10^6 bytes. Reads {@code /proc}.
 *
 * @param rss resident: every page that it has mapped, also of files that others read too
 * @param pss its proportional share: of a page that several processes have mapped, a part
 */
record Memory(double rss, double pss) {

    private static final double KIB_PER_MB = 1e6 / 1024;

    /** Now, of the process alone: its children are not in it. */
    static Memory of(long pid) throws IOException {
        double rss = 0;
        double pss = 0;
        for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid), "smaps_rollup"))) {
            String[] words = line.split("\\s+", -1);
            switch (words[0]) {
                case "Rss:" -> rss = Long.parseLong(words[1]) / KIB_PER_MB;
                case "Pss:" -> pss = Long.parseLong(words[1]) / KIB_PER_MB;
                default -> {
                    // Of what kind the pages are.
                }
            }
        }
        return new Memory(rss, pss);
    }
}
