package org.climaterescue.agent;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.climaterescue.agent.fetch.StopSignal;
import org.climaterescue.agent.link.DispatcherClient;
import org.climaterescue.agent.link.Reply;
import org.climaterescue.agent.store.Identity;
import org.climaterescue.agent.store.Space;
import org.climaterescue.agent.store.Store;
import org.climaterescue.protocol.Limits;
import org.climaterescue.protocol.NodeRegistration;
import org.climaterescue.protocol.NodeStatus;
import org.climaterescue.protocol.NodeWelcome;
import org.jspecify.annotations.Nullable;

/**
 * Who the node is to the dispatcher, and whether the dispatcher is there. A node that the dispatcher has forgotten joins
 * again, once, however many threads notice it. Thread-safe.
 */
final class Session {

    private static final int MAX_WAIT_SECONDS = 300;

    /**
     * One registration.
     *
     * @param number counts the registrations of this run, from 1
     * @param heartbeat how often the dispatcher wants to hear from the node
     */
    record Membership(int number, Identity identity, Duration heartbeat) {}

    private final AgentConfig config;
    private final DispatcherClient client;
    private final Store store;
    private final Space space;
    private final AgentListener listener;
    private final Tuning tuning;
    private final StopSignal closing;
    private final ReentrantLock joining = new ReentrantLock();
    private boolean lost;
    private boolean drained;
    private long lostOrBackAt = System.nanoTime();
    private volatile @Nullable Membership membership;

    Session(
            AgentConfig config,
            DispatcherClient client,
            Store store,
            Space space,
            AgentListener listener,
            Tuning tuning,
            StopSignal closing) {
        this.config = config;
        this.client = client;
        this.store = store;
        this.space = space;
        this.listener = listener;
        this.tuning = tuning;
        this.closing = closing;
    }

    /** The registration that holds; null before the first. */
    @Nullable
    Membership membership() {
        return membership;
    }

    /** Whether the last call found no dispatcher. */
    synchronized boolean isLost() {
        return lost;
    }

    /** How an answer says that this node stands: a volunteer is told once that it is drained, and that it is no more. */
    synchronized void heardOf(NodeStatus status) {
        boolean now = status == NodeStatus.DRAINING;
        if (now != drained) {
            drained = now;
            if (now) {
                listener.drained();
            } else {
                listener.resumed();
            }
        }
    }

    /** The space to offer now, in GB. */
    double offeredGb() throws IOException {
        return space.offered() / (double) Limits.GB;
    }

    /**
     * Registers, unless another thread has done so since {@code stale} was current. Waits for a dispatcher that is away.
     *
     * @param stale the registration that the dispatcher does not know; null for the first one
     * @return the registration that holds now; null when the agent is closing
     * @throws AgentException when the dispatcher refuses the node
     */
    @Nullable
    Membership join(@Nullable Membership stale) throws AgentException, InterruptedException, IOException {
        joining.lock();
        try {
            Membership current = membership;
            if (current != null && (stale == null || current.number() > stale.number())) {
                return current;
            }
            for (int failures = 1; !closing.isStopped(); failures++) {
                long asked = System.nanoTime();
                switch (heard(register(), asked)) {
                    case Reply.Answered<NodeWelcome>(NodeWelcome welcome) -> {
                        return welcomed(welcome);
                    }
                    case Reply.Refused<NodeWelcome> refused
                    when stale == null || isAboutCredentials(refused) -> throw refusal(refused);
                    // A proxy may answer 404 while the dispatcher behind it restarts.
                    case Reply.Refused<NodeWelcome> _ ->
                        closing.pause(tuning.away().after(failures));
                    case Reply.Away<NodeWelcome> away -> closing.pause(pauseAfter(away, failures));
                }
            }
            return null;
        } finally {
            joining.unlock();
        }
    }

    /** Makes a call once. */
    <T> Reply<T> once(Membership as, Function<Identity, Reply<T>> call) {
        long asked = System.nanoTime();
        return heard(call.apply(as.identity()), asked);
    }

    /**
     * Makes a call until it is answered, one way or the other.
     *
     * @return null when the agent is closing and the dispatcher is away
     * @throws AgentException when the dispatcher has forgotten the node and refuses to take it again
     */
    <T> @Nullable Reply<T> untilAnswered(Function<Identity, Reply<T>> call)
            throws AgentException, InterruptedException, IOException {
        Membership as = membership;
        boolean joinedAgain = false;
        for (int failures = 1; as != null; failures++) {
            switch (once(as, call)) {
                case Reply.Away<T> away -> {
                    if (closing.pause(pauseAfter(away, failures))) {
                        return null;
                    }
                    as = membership;
                }
                case Reply.Refused<T> refused -> {
                    if (refused.status() != 401 || joinedAgain) {
                        return refused;
                    }
                    joinedAgain = true;
                    as = join(as);
                }
                case Reply.Answered<T> answered -> {
                    return answered;
                }
            }
        }
        return null;
    }

    /** How long to leave a dispatcher alone that was away so many times in a row. */
    Duration pauseAfter(Reply.Away<?> away, int failures) {
        Duration own = tuning.away().after(failures);
        Duration asked = away.retryAfter();
        return asked == null || asked.compareTo(own) < 0 || asked.toSeconds() > MAX_WAIT_SECONDS ? own : asked;
    }

    /** An operator has signed the node off while it was at work: it must not come back by itself. */
    static AgentException signedOff() {
        return new AgentException(
                "an operator has signed this node off; ask them why, then start the agent again to join anew", null);
    }

    /** Whether a call was refused because the dispatcher does not know the node any more. */
    static boolean isForgotten(Reply.Refused<?> refused) {
        return refused.status() == 404 || isAboutCredentials(refused);
    }

    private Reply<NodeWelcome> register() throws IOException {
        Identity known = store.identity().orElse(null);
        if (known == null) {
            return registerAs(null, config.joinKey());
        }
        Reply<NodeWelcome> reply = registerAs(known.nodeId(), known.token());
        if (config.joinKey() != null && isAboutCredentials(reply)) {
            // A dispatcher that has lost its registry knows neither the id nor the token.
            reply = registerAs(known.nodeId(), config.joinKey());
        }
        return config.joinKey() != null && isAboutCredentials(reply) ? registerAs(null, config.joinKey()) : reply;
    }

    private Reply<NodeWelcome> registerAs(@Nullable String nodeId, @Nullable String credential) throws IOException {
        var registration = new NodeRegistration(
                nodeId, config.name(), config.operator(), config.region(), offeredGb(), config.slots());
        return client.register(registration, credential, closing);
    }

    private Membership welcomed(NodeWelcome welcome) throws IOException {
        Identity identity = new Identity(welcome.nodeId(), welcome.token());
        store.remember(identity);
        Membership before = membership;
        Membership joined = new Membership(
                before == null ? 1 : before.number() + 1,
                identity,
                Duration.ofSeconds(Math.max(1, welcome.heartbeatSeconds())));
        membership = joined;
        listener.joined(identity.nodeId());
        return joined;
    }

    private AgentException refusal(Reply.Refused<?> refused) {
        String advice = isAboutCredentials(refused)
                ? config.joinKey() == null
                        ? "; it asks for a join key (--join-key or RESCUE_JOIN_KEY)"
                        : "; is the join key right?"
                : "";
        return new AgentException(
                "the dispatcher at " + config.dispatcher() + " refuses this node (" + refused.status() + "): "
                        + refused.detail() + advice,
                null);
    }

    private <T> Reply<T> heard(Reply<T> reply, long asked) {
        boolean away = reply instanceof Reply.Away<T>;
        if (!closing.isStopped() && isNews(away, asked)) {
            if (reply instanceof Reply.Away<T> gone) {
                listener.dispatcherLost(gone.why());
            } else {
                listener.dispatcherBack();
            }
        }
        return reply;
    }

    /** Whether this changes what is known. A call that began before the last change, such as a long wait for work, says nothing. */
    private synchronized boolean isNews(boolean away, long asked) {
        if (away == lost || asked - lostOrBackAt < 0) {
            return false;
        }
        lost = away;
        lostOrBackAt = System.nanoTime();
        return true;
    }

    private static boolean isAboutCredentials(Reply<?> reply) {
        return reply instanceof Reply.Refused<?> refused && (refused.status() == 401 || refused.status() == 403);
    }
}
