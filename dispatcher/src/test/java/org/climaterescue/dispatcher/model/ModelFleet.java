package org.climaterescue.dispatcher.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.climaterescue.dispatcher.model.ModelTask.Copy;
import org.climaterescue.dispatcher.model.ModelTask.Ended;
import org.climaterescue.dispatcher.model.ModelTask.Failed;
import org.climaterescue.dispatcher.model.ModelTask.Lease;
import org.climaterescue.dispatcher.model.ModelTask.Wait;
import org.jspecify.annotations.Nullable;

/**
 * What the contract says of leases, copies, failures and hosts, in memory and in the plainest words; nothing of the code is
 * used. Its clock counts seconds and moves by jumps alone: {@link #nextCalm} keeps the jumps away from moments at which something
 * changes by itself, so that the few seconds which a run really takes change nothing.
 */
final class ModelFleet {

    static final long LEASE = 120;
    static final long SUSPECT = 60;
    static final long STALL = 180;
    static final long RETRY_BASE = 30;
    static final long DAY = 86_400;
    static final long PATIENCE = 30;
    static final int MAX_ATTEMPTS = 3;
    static final int CONNECTIONS = 3;
    static final long UNKNOWN_SIZE = 1_000_000_000;

    /** What every copy has, whatever is said of it. */
    static final long COPY_SIZE = 1000;

    /** How far the database's clock may have run ahead of this one's. */
    static final long DRIFT = 9;

    private static final long BEFORE_AN_EDGE = 2 * DRIFT + 1;
    private static final long AFTER_AN_EDGE = DRIFT / 2;
    private static final Set<String> FREE = Set.of("disk_full", "shutdown");

    final List<ModelNode> nodes = new ArrayList<>();
    final List<ModelHost> hosts = new ArrayList<>();
    final List<ModelTask> tasks = new ArrayList<>();
    private final Map<String, ModelTask> owners = new HashMap<>();
    private final Set<ModelTask> touched = new LinkedHashSet<>();
    private long now;

    long now() {
        return now;
    }

    void pass(long seconds) {
        now += seconds;
    }

    /** The first moment from here on that is not close to one at which something changes by itself. */
    long nextCalm() {
        long calm = now;
        boolean moved = true;
        while (moved) {
            moved = false;
            for (Wait edge : edges()) {
                if (calm > edge.from() - BEFORE_AN_EDGE && calm <= edge.to() + AFTER_AN_EDGE) {
                    calm = edge.to() + AFTER_AN_EDGE + 1;
                    moved = true;
                }
            }
        }
        return calm;
    }

    private List<Wait> edges() {
        Stream<Wait> waits = tasks.stream().flatMap(task -> Stream.ofNullable(task.wait));
        LongStream leases = tasks.stream()
                .flatMap(task -> task.leases.values().stream())
                .flatMapToLong(lease -> LongStream.of(lease.until, lease.progressAt + STALL));
        LongStream disks = tasks.stream().flatMapToLong(task -> nodes.stream().flatMapToLong(task::diskFullUntil));
        LongStream origins = hosts.stream().flatMapToLong(ModelHost::edges);
        return Stream.concat(
                        waits,
                        LongStream.concat(leases, LongStream.concat(disks, origins))
                                .mapToObj(moment -> new Wait(moment, moment)))
                .toList();
    }

    /** The tasks that have been touched since this was asked last. */
    Collection<ModelTask> touched() {
        List<ModelTask> since = List.copyOf(touched);
        touched.clear();
        return since;
    }

    @Nullable
    ModelTask owner(String url) {
        return owners.get(url);
    }

    void submitted(ModelTask task) {
        tasks.add(task);
        owners.put(task.url, task);
        touched.add(task);
    }

    void claimed(ModelTask task, ModelNode node, String token) {
        long reserved = task.reserves(space(node));
        task.leases.put(node, new Lease(node, token, task.attempts() + 1, reserved, task.size == null, now));
        task.touchedAt = now;
        touched.add(task);
    }

    Expected complete(ModelTask task, ModelNode node, String token, String digest) {
        Lease lease = lease(task, token);
        if (!owner(task, token).equals(node)) {
            return Expected.refused(403, "forbidden");
        }
        Copy held = task.copies.get(node);
        if (held != null) {
            if (!held.digest.equals(digest)) {
                return Expected.refused(409, "different_digest");
            }
            if (lease != null) {
                change(task, () -> end(task, lease, "completed", "expired"));
            }
            return done(task, digest, held.token.equals(token) ? held.late : lease == null);
        }
        if (task.cancelled) {
            return Expected.refused(409, "cancelled");
        }
        if (task.catalogDigest != null && !task.catalogDigest.equals(digest)) {
            if (lease != null) {
                change(task, () -> charge(task, lease, "digest_mismatch", 0, "failed", "expired"));
            }
            return Expected.refused(422, "digest_mismatch");
        }
        change(task, () -> {
            if (lease != null) {
                end(task, lease, "completed", "expired");
            }
            task.copies.put(node, new Copy(token, digest, lease == null, node.voice()));
            stopOthersIfMet(task);
        });
        return done(task, digest, lease == null);
    }

    private static Expected done(ModelTask task, String digest, boolean late) {
        return Expected.ok(
                "/verification", task.word(digest),
                "/task_status", task.status(),
                "/copies_held", Integer.toString(task.held()),
                "/copies_target", Integer.toString(task.target),
                "/late", Boolean.toString(late));
    }

    Expected fail(
            ModelTask task,
            ModelNode node,
            String token,
            String reason,
            @Nullable Integer retryAfter,
            @Nullable Long size) {
        Lease lease = lease(task, token);
        if (!owner(task, token).equals(node)) {
            return Expected.refused(403, "forbidden");
        }
        if (lease == null) {
            return Expected.refused(409, "lease_lost");
        }
        long asked = reason.equals("origin_busy") && retryAfter != null ? Math.min(retryAfter, DAY) : 0;
        change(task, () -> {
            task.size = task.size == null ? size : task.size;
            charge(task, lease, reason, asked, "failed", "expired");
        });
        if (reason.equals("origin_busy")) {
            task.host.busy(now, retryAfter);
        }
        return Expected.ok("/task_status", task.status());
    }

    Expected release(ModelTask task, ModelNode node, String token) {
        Lease lease = lease(task, token);
        if (!owner(task, token).equals(node)) {
            return Expected.refused(403, "forbidden");
        }
        if (lease == null) {
            return Expected.refused(409, "lease_lost");
        }
        change(task, () -> end(task, lease, "released", "expired"));
        return Expected.ok("/task_status", task.status());
    }

    /** A heartbeat with bytes done, and sizes where the origin has told them; the answer is what is renewed. */
    Set<String> beat(ModelNode node, Map<String, Long> listed, Map<String, Long> sizes) {
        node.heard(now);
        Set<String> renewed = new LinkedHashSet<>();
        List<Runnable> afterwards = new ArrayList<>();
        for (ModelTask task : tasks) {
            Lease lease = task.leases.get(node);
            if (lease == null) {
                continue;
            }
            Long bytes = listed.get(lease.token);
            if (bytes == null) {
                lease.omissions++;
                if (lease.omissions >= 2) {
                    afterwards.add(() -> change(task, () -> end(task, lease, "released", "expired")));
                }
            } else if (lease.until > now && (bytes > lease.bytes || lease.progressAt + STALL > now)) {
                lease.progressAt = bytes > lease.bytes ? now : lease.progressAt;
                lease.bytes = Math.max(bytes, lease.bytes);
                lease.reserved = Math.max(bytes, lease.reserved);
                tell(task, lease, sizes.get(lease.token));
                lease.until = now + LEASE;
                lease.omissions = 0;
                renewed.add(lease.token);
            }
        }
        afterwards.forEach(Runnable::run);
        for (ModelTask task : tasks) {
            for (Lease lease : List.copyOf(task.leases.values())) {
                if (listed.containsKey(lease.token) && !renewed.contains(lease.token)) {
                    endIfDue(task, lease);
                }
            }
        }
        return renewed;
    }

    private void tell(ModelTask task, Lease lease, @Nullable Long size) {
        if (size == null) {
            return;
        }
        boolean news = lease.unsized || Math.max(size, lease.bytes) != lease.reserved;
        lease.reserved = Math.max(size, lease.bytes);
        lease.unsized = false;
        if (news && task.size == null) {
            task.size = size;
            task.touchedAt = now;
            task.offeredAt = now;
            touched.add(task);
        }
    }

    /** What an agent is told that still works on an assignment which is not its any more. */
    String stop(String token) {
        return tasks.stream()
                .flatMap(task -> Stream.ofNullable(task.ended.get(token)))
                .map(Ended::stop)
                .findFirst()
                .orElse("expired");
    }

    Expected cancel(ModelTask task) {
        if (task.status().equals("rescued")) {
            return Expected.refused(409, "already_rescued");
        }
        if (!task.cancelled) {
            change(task, () -> {
                task.cancelled = true;
                List.copyOf(task.leases.values()).forEach(lease -> end(task, lease, "cancelled", "cancelled"));
            });
        }
        return Expected.ok("/status", "cancelled");
    }

    Expected retry(ModelTask task) {
        if (task.over()) {
            ModelTask owner = owners.putIfAbsent(task.url, task);
            if (owner != null) {
                return Expected.refused(409, "duplicate");
            }
        } else if (task.wait == null) {
            return Expected.refused(409, "not_failed");
        }
        change(task, () -> {
            task.cancelled = false;
            task.wait = null;
            task.failures.replaceAll(failed -> new Failed(failed.node(), failed.reason(), false, failed.at()));
        });
        return Expected.ok("/status", task.status());
    }

    Expected prioritize(ModelTask task, int priority) {
        change(task, () -> task.priority = priority);
        task.offeredAt = now;
        return Expected.ok("/status", task.status());
    }

    Expected loseCopy(ModelTask task, ModelNode node) {
        if (!task.copies.containsKey(node)) {
            return Expected.refused(404, "not_found");
        }
        change(task, () -> task.copies.remove(node));
        return Expected.ok("/status", task.status());
    }

    /**
     * Perhaps an operator does it, so it says nothing of whether the node lives, and holds when the node comes back; one that has left
     * is not called back by it.
     */
    void drain(ModelNode node) {
        node.drained = true;
        if (!node.state.equals("gone")) {
            node.state = "draining";
        }
    }

    void resume(ModelNode node) {
        node.drained = false;
        if (!node.state.equals("gone")) {
            node.state = "joined";
        }
    }

    Expected leave(ModelNode node, boolean withdrawn) {
        node.state = "gone";
        int released = 0;
        int copies = 0;
        for (ModelTask task : tasks) {
            Lease lease = task.leases.get(node);
            if (lease != null) {
                change(task, () -> end(task, lease, "released", "expired"));
                released++;
            }
            if (withdrawn && task.copies.containsKey(node)) {
                change(task, () -> task.copies.remove(node));
                copies++;
            }
        }
        return Expected.ok("/status", "gone", "/released", "" + released, "/withdrawn", "" + copies);
    }

    /** A node introduces itself again, perhaps as another operator's; then its copies are that one's votes. */
    void join(ModelNode node, @Nullable String operator, long capacity) {
        node.operator = operator;
        node.capacity = capacity;
        node.heard(now);
        if (node.state.equals("gone")) {
            node.state = node.drained ? "draining" : "joined";
        }
        for (ModelTask task : tasks) {
            Copy copy = task.copies.get(node);
            if (copy != null && !copy.voice.equals(node.voice())) {
                change(task, () -> {
                    copy.voice = node.voice();
                    stopOthersIfMet(task);
                });
            }
        }
    }

    /** What silent nodes held goes back, and what has waited long enough is offered again. */
    void sweep() {
        for (ModelTask task : tasks) {
            List.copyOf(task.leases.values()).forEach(lease -> endIfDue(task, lease));
            if (task.wait != null && task.wait.to() < now) {
                change(task, () -> {});
            }
        }
    }

    private void endIfDue(ModelTask task, Lease lease) {
        if (lease.until <= now) {
            change(task, () -> end(task, lease, "expired", "expired"));
        } else if (lease.progressAt + STALL <= now) {
            change(task, () -> charge(task, lease, "timeout", 0, "expired", "stalled"));
        }
    }

    private void stopOthersIfMet(ModelTask task) {
        if (!task.cancelled && task.met()) {
            List.copyOf(task.leases.values()).forEach(lease -> end(task, lease, "cancelled", "target_met"));
        }
    }

    private void charge(ModelTask task, Lease lease, String reason, long hint, String how, String stop) {
        end(task, lease, how, stop);
        boolean charged = !FREE.contains(reason);
        task.failures.add(new Failed(lease.node, reason, charged, now));
        if (charged) {
            long shortest = RETRY_BASE << (task.attempts() - 1);
            task.wait = new Wait(now + Math.max(hint, shortest), now + Math.max(hint, shortest * 3 / 2));
        }
    }

    private static void end(ModelTask task, Lease lease, String how, String stop) {
        task.leases.remove(lease.node);
        task.ended.put(lease.token, new Ended(lease.node, lease.token, lease.attempt, how, stop));
    }

    /** Changes a task and draws the consequences. */
    private void change(ModelTask task, Runnable what) {
        List<Object> before = task.offer();
        what.run();
        String leading = task.leading();
        if (leading != null && (task.size == null || task.word(leading).equals("verified"))) {
            task.size = COPY_SIZE;
        }
        if (task.wait != null && (task.wait.to() < now || task.cancelled || task.met() || task.exhausted())) {
            task.wait = null;
        }
        boolean over = task.over();
        if (over && task == owners.get(task.url)) {
            leave(task.url);
        } else if (!over && task.leftItsUrl) {
            owners.putIfAbsent(task.url, task);
        }
        task.leftItsUrl = over;
        task.touchedAt = now;
        if (!before.equals(task.offer())) {
            task.offeredAt = now;
        }
        touched.add(task);
    }

    /** A URL that its task leaves is kept by the newest other task that still wants it or has rescued it. */
    private void leave(String url) {
        owners.remove(url);
        tasks.stream().filter(task -> task.url.equals(url) && !task.over()).forEach(task -> owners.put(url, task));
    }

    static @Nullable Lease lease(ModelTask task, String token) {
        return task.leases.values().stream()
                .filter(lease -> lease.token.equals(token))
                .findFirst()
                .orElse(null);
    }

    private static ModelNode owner(ModelTask task, String token) {
        Lease lease = lease(task, token);
        if (lease != null) {
            return lease.node;
        }
        Ended ended = task.ended.get(token);
        if (ended == null) {
            throw new IllegalArgumentException("nobody ever had " + token);
        }
        return ended.node();
    }

    int active(ModelHost host) {
        return (int) tasks.stream()
                .filter(task -> task.host == host)
                .mapToLong(task -> task.leases.size())
                .sum();
    }

    List<ModelTask> held(ModelNode node) {
        return tasks.stream().filter(task -> task.copies.containsKey(node)).toList();
    }

    List<ModelTask> worked(ModelNode node) {
        return tasks.stream().filter(task -> task.leases.containsKey(node)).toList();
    }

    /** What a node offers less what it holds leases on. */
    long space(ModelNode node) {
        return node.capacity - leases(node).mapToLong(lease -> lease.reserved).sum();
    }

    /** Whether a node works on something of which nobody has told the size. */
    boolean guessing(ModelNode node) {
        return leases(node).anyMatch(lease -> lease.unsized);
    }

    private Stream<Lease> leases(ModelNode node) {
        return tasks.stream().flatMap(task -> Stream.ofNullable(task.leases.get(node)));
    }

    int rejected(ModelNode node) {
        return (int) tasks.stream()
                .filter(task -> {
                    Copy copy = task.copies.get(node);
                    return copy != null && task.word(copy.digest).equals("rejected");
                })
                .count();
    }

    /** Its copies keep being rejected: three at least, and one in ten. */
    boolean doubtful(ModelNode node) {
        int rejected = rejected(node);
        return rejected >= 3 && rejected * 10 >= held(node).size();
    }
}
