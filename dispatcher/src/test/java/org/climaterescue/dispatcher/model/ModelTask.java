package org.climaterescue.dispatcher.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** A task as the contract knows it: who works on it, who holds it, who failed it, and what follows. */
final class ModelTask {

    private static final Set<String> PERMANENT = Set.of("gone", "forbidden", "dynamic_page");

    final int number;
    final String id;
    final String url;
    final ModelHost host;
    final @Nullable String catalogDigest;
    final int target;
    int priority;
    boolean cancelled;

    /** What is known of its file's size; null: nothing. */
    @Nullable
    Long size;

    /** Its next try comes somewhere in here; null: nothing keeps it waiting. */
    @Nullable
    Wait wait;

    /** Whether it had failed or was cancelled when it was last settled, and so had left its URL to others. */
    boolean leftItsUrl;

    /** When anything was last done to it, and when what it offers surely changed last. */
    long touchedAt;

    long offeredAt;

    final Map<ModelNode, Lease> leases = new LinkedHashMap<>();
    final Map<String, Ended> ended = new LinkedHashMap<>();
    final Map<ModelNode, Copy> copies = new LinkedHashMap<>();
    final List<Failed> failures = new ArrayList<>();

    ModelTask(
            int number,
            String id,
            String url,
            ModelHost host,
            @Nullable Long size,
            @Nullable String catalogDigest,
            int target,
            int priority,
            long now) {
        this.number = number;
        this.id = id;
        this.url = url;
        this.host = host;
        this.size = size;
        this.catalogDigest = catalogDigest;
        this.target = target;
        this.priority = priority;
        this.touchedAt = now;
        this.offeredAt = now;
    }

    String status() {
        if (cancelled) {
            return "cancelled";
        }
        if (met()) {
            return "rescued";
        }
        if (exhausted() && leases.isEmpty()) {
            return "failed";
        }
        if (!copies.isEmpty()) {
            return "replicating";
        }
        return leases.isEmpty() ? "pending" : "assigned";
    }

    boolean over() {
        return status().equals("failed") || status().equals("cancelled");
    }

    boolean met() {
        return held() >= target;
    }

    boolean exhausted() {
        long believed = failures.stream()
                .filter(failed -> failed.charged && PERMANENT.contains(failed.reason))
                .map(Failed::node)
                .distinct()
                .count();
        return attempts() >= ModelFleet.MAX_ATTEMPTS || believed >= 2;
    }

    int attempts() {
        return (int) failures.stream().filter(Failed::charged).count();
    }

    /** Copies that may be given out now: the first alone, a tie's decision alone, the others side by side. */
    int offered() {
        if (cancelled || met() || exhausted() || wait != null) {
            return 0;
        }
        int wanted = copies.isEmpty() || leading() == null ? 1 : target - held();
        return Math.max(0, wanted - leases.size());
    }

    /**
     * Whether it fits a space. An unknown size takes the guess, or all of a space that is smaller; but that only where nothing
     * else of unknown size is at work, and not when some disk was too full for the task just now.
     *
     * @param guessing whether something of unknown size is at work there
     */
    boolean fits(long space, boolean guessing, long now) {
        return size == null
                ? space >= ModelFleet.UNKNOWN_SIZE || (space > 0 && !guessing && !anyDiskWasFull(now))
                : size <= space;
    }

    /** What it reserves of a space that it fits. */
    long reserves(long space) {
        return size == null ? Math.min(ModelFleet.UNKNOWN_SIZE, space) : size;
    }

    int held() {
        String leading = leading();
        return leading == null ? 0 : carriers(leading);
    }

    private int carriers(String digest) {
        return (int) copies.values().stream()
                .filter(copy -> copy.digest.equals(digest))
                .count();
    }

    /** The digest to believe; null when there is none. */
    @Nullable
    String leading() {
        if (catalogDigest != null) {
            return carriers(catalogDigest) > 0 ? catalogDigest : null;
        }
        return most(votes());
    }

    /** What is known about copies with this digest. */
    String word(String digest) {
        if (catalogDigest != null) {
            return digest.equals(catalogDigest) ? "verified" : "rejected";
        }
        List<String> votes = votes();
        long mine = votes.stream().filter(digest::equals).count();
        String leading = most(votes);
        if (leading == null) {
            boolean abreast = votes.stream()
                    .noneMatch(other -> votes.stream().filter(other::equals).count() > mine);
            return abreast ? "disputed" : "rejected";
        }
        if (!digest.equals(leading)) {
            return "rejected";
        }
        return mine >= 2 ? "verified" : "unverified";
    }

    /** What is known about the task's file; empty while there is no copy. */
    String verification() {
        String leading = leading();
        return copies.isEmpty() ? "" : leading == null ? "disputed" : word(leading);
    }

    /** One vote an operator, for what most of its copies say. */
    private List<String> votes() {
        Map<String, List<String>> said = new HashMap<>();
        for (Copy copy : copies.values()) {
            said.computeIfAbsent(copy.voice, none -> new ArrayList<>()).add(copy.digest);
        }
        List<String> votes = new ArrayList<>();
        for (List<String> own : said.values()) {
            String vote = most(own);
            if (vote != null) {
                votes.add(vote);
            }
        }
        return votes;
    }

    private static @Nullable String most(Collection<String> said) {
        Map<String, Long> counts = said.stream().collect(Collectors.groupingBy(word -> word, Collectors.counting()));
        long top = counts.values().stream().mapToLong(Long::longValue).max().orElse(0);
        List<String> best = counts.entrySet().stream()
                .filter(count -> count.getValue() == top)
                .map(Map.Entry::getKey)
                .toList();
        return best.size() == 1 ? best.getFirst() : null;
    }

    boolean concerns(ModelNode node) {
        return leases.containsKey(node) || copies.containsKey(node);
    }

    boolean diskWasFull(ModelNode node, long now) {
        return diskFullUntil(node).anyMatch(until -> until > now);
    }

    private boolean anyDiskWasFull(long now) {
        return failures.stream().anyMatch(failed -> diskWasFull(failed.node, now));
    }

    /** The first time half a minute, each further time twice as long; empty when there was none. */
    LongStream diskFullUntil(ModelNode node) {
        List<Failed> full = failures.stream()
                .filter(failed -> failed.node == node && failed.reason.equals("disk_full"))
                .toList();
        return full.isEmpty()
                ? LongStream.empty()
                : LongStream.of(full.getLast().at + (ModelFleet.RETRY_BASE << (full.size() - 1)));
    }

    /** How much rather somebody else should take it. */
    int reluctance(ModelNode node, boolean doubtful) {
        boolean failed = failures.stream().anyMatch(one -> one.node == node);
        boolean operator = leases.keySet().stream()
                        .anyMatch(other -> other.voice().equals(node.voice()))
                || copies.keySet().stream().anyMatch(other -> other.voice().equals(node.voice()));
        boolean region = node.region != null
                && (leases.keySet().stream().anyMatch(other -> node.region.equals(other.region))
                        || copies.keySet().stream().anyMatch(other -> node.region.equals(other.region)));
        return (doubtful ? 8 : 0) + (failed ? 4 : 0) + (operator ? 2 : 0) + (region ? 1 : 0);
    }

    List<Object> offer() {
        return List.of(offered(), held(), attempts(), size == null ? -1 : size);
    }

    @Override
    public String toString() {
        return "#" + number;
    }

    /** An active assignment. */
    static final class Lease {
        final ModelNode node;
        final String token;
        final int attempt;
        long until;
        long progressAt;
        long bytes;
        long reserved;
        boolean unsized;
        int omissions;

        Lease(ModelNode node, String token, int attempt, long reserved, boolean unsized, long now) {
            this.node = node;
            this.token = token;
            this.attempt = attempt;
            this.reserved = reserved;
            this.unsized = unsized;
            this.until = now + ModelFleet.LEASE;
            this.progressAt = now;
        }
    }

    /** An assignment that has ended; {@code stop}: what its node is told that still works on it. */
    record Ended(ModelNode node, String token, int attempt, String how, String stop) {}

    /** What a node holds. */
    static final class Copy {
        final String token;
        final String digest;
        final boolean late;
        String voice;

        Copy(String token, String digest, boolean late, String voice) {
            this.token = token;
            this.digest = digest;
            this.late = late;
            this.voice = voice;
        }
    }

    /** What a node reported instead. */
    record Failed(ModelNode node, String reason, boolean charged, long at) {}

    /** The next try comes between these two moments. */
    record Wait(long from, long to) {}
}
