package org.climaterescue.agent;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.climaterescue.protocol.Heartbeat;

/** The assignments that the node answers for now. Thread-safe. */
final class Jobs {

    private final Map<String, Job> active = new ConcurrentHashMap<>();

    /** Takes a job on; false when its assignment is at work already. */
    boolean add(Job job) {
        return active.putIfAbsent(job.assignmentId(), job) == null;
    }

    void remove(Job job) {
        active.remove(job.assignmentId(), job);
    }

    void stop(String assignmentId, String why) {
        Job job = active.get(assignmentId);
        if (job != null) {
            job.stop(why);
        }
    }

    void stopAll(String why) {
        active.values().forEach(job -> job.stop(why));
    }

    /** How far each one is, for a heartbeat. */
    List<Heartbeat.Progress> progress() {
        return active.values().stream().map(Job::progress).toList();
    }

    /** The dispatcher has taken these in. */
    void heard(List<Heartbeat.Progress> said) {
        for (Heartbeat.Progress one : said) {
            Job job = active.get(one.assignmentId());
            if (job != null) {
                job.heard(one);
            }
        }
    }

    /** Whether the dispatcher should hear of a size before it is time for the next heartbeat. */
    boolean hasNews() {
        return active.values().stream().anyMatch(Job::hasNews);
    }
}
