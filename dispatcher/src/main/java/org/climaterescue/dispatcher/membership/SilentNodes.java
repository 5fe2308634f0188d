package org.climaterescue.dispatcher.membership;

import io.micronaut.context.annotation.Context;
import jakarta.annotation.PostConstruct;
import jakarta.annotation.PreDestroy;
import java.util.List;
import java.util.Map;
import org.climaterescue.db.Transactions;
import org.climaterescue.db.node.Nodes;
import org.climaterescue.db.node.Silence;
import org.climaterescue.dispatcher.service.Ticker;
import org.climaterescue.dispatcher.settings.Settings;
import org.climaterescue.dispatcher.tracing.LogContext;
import org.climaterescue.protocol.NodeStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says in the log which nodes have become silent. Their status follows from when they were last heard of, so nothing else notices
 * it; every dispatcher says so for itself, about once in the time between two heartbeats.
 */
@Context
final class SilentNodes {

    private static final Logger LOG = LoggerFactory.getLogger(SilentNodes.class);

    /** More nodes that are lost at once are told of in one line. */
    private static final int MOST_LINES = 10;

    /** Silent nodes that are looked at; beyond these nobody reads lines of single nodes. */
    private static final int MOST = 20_000;

    private final Transactions transactions;
    private final Nodes nodes;
    private final Silence silence;
    private final Settings.Liveness liveness;
    private @Nullable Ticker ticker;
    /** As they were found last; null before the first look, which tells nothing: who was silent then has been for an unknown time. */
    private @Nullable Map<String, NodeStatus> last;

    SilentNodes(Transactions transactions, Nodes nodes, Silence silence, Settings settings) {
        this.transactions = transactions;
        this.nodes = nodes;
        this.silence = silence;
        this.liveness = settings.liveness();
    }

    @PostConstruct
    void start() {
        ticker = Ticker.startNow("the watch over silent nodes", liveness.heartbeat(), this::runOnce);
    }

    @PreDestroy
    void stop() {
        if (ticker != null) {
            ticker.close();
        }
    }

    /** Tells what is new since the last look. */
    synchronized void runOnce() {
        Map<String, NodeStatus> now = transactions.in(connection -> nodes.silent(connection, MOST, silence));
        Map<String, NodeStatus> before = last;
        last = now;
        if (before != null) {
            log(now, before, NodeStatus.SUSPECT, "suspect and gets nothing new");
            log(now, before, NodeStatus.LOST, "lost, and its assignments go back");
        }
    }

    private void log(Map<String, NodeStatus> now, Map<String, NodeStatus> before, NodeStatus status, String meaning) {
        List<String> turned = now.keySet().stream()
                .filter(node -> now.get(node) == status && before.get(node) != status)
                .toList();
        long seconds = (status == NodeStatus.LOST ? silence.lostAfter() : silence.suspectAfter()).toSeconds();
        if (turned.size() > MOST_LINES) {
            LOG.info("{} nodes were not heard of for {} s: they are {}", turned.size(), seconds, status.wire());
            return;
        }
        for (String node : turned) {
            try (var _ = LogContext.open().with(LogContext.NODE, node)) {
                LOG.info("node {} was not heard of for {} s: it is {}", node, seconds, meaning);
            }
        }
    }
}
