package org.climaterescue.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** What share of a core a process and its children take, from a moment on. Reads {@code /proc}. */
final class CpuMeter {

    /** The kernel tells times in hundredths of a second on every system that we know. */
    private static final double TICKS_PER_SECOND = 100;

    /** The places of utime, stime, cutime and cstime behind the name in proc(5)'s stat, from 0. */
    private static final List<Integer> OWN = List.of(11, 12);

    private static final List<Integer> OF_ENDED_CHILDREN = List.of(13, 14);

    private final long pid;
    private final long began = System.nanoTime();
    private final double spentBefore;

    private CpuMeter(long pid) throws IOException {
        this.pid = pid;
        this.spentBefore = spent(pid);
    }

    /** Begins now. */
    static CpuMeter of(long pid) throws IOException {
        return new CpuMeter(pid);
    }

    /** The share so far, in percent of a core. */
    double percent() throws IOException {
        return 100 * seconds() / ((System.nanoTime() - began) / 1e9);
    }

    /** Seconds of a core so far. */
    double seconds() throws IOException {
        return spent(pid) - spentBefore;
    }

    private static double spent(long pid) throws IOException {
        double seconds = seconds(pid, OWN) + seconds(pid, OF_ENDED_CHILDREN);
        List<Long> children = ProcessHandle.of(pid).stream()
                .flatMap(ProcessHandle::children)
                .map(ProcessHandle::pid)
                .toList();
        for (long child : children) {
            seconds += spent(child);
        }
        return seconds;
    }

    private static double seconds(long pid, List<Integer> places) throws IOException {
        String stat;
        try {
            stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
        } catch (NoSuchFileException ended) {
            // Its parent has what it spent.
            return 0;
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return places.stream().mapToLong(place -> Long.parseLong(fields[place])).sum() / TICKS_PER_SECOND;
    }
}
