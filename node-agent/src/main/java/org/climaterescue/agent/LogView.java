package org.climaterescue.agent;

import org.climaterescue.agent.store.StoredCopy;
import org.climaterescue.protocol.Completion;
import org.climaterescue.protocol.FailureReason;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says in log lines what the agent does, where no terminal is watching. */
final class LogView implements View {

    private static final Logger LOG = LoggerFactory.getLogger("org.climaterescue.agent");

    @Override
    public void joined(String nodeId) {
        LOG.info("Joined as {}", nodeId);
    }

    @Override
    public void dispatcherLost(String why) {
        LOG.warn("The dispatcher is away, trying on: {}", why);
    }

    @Override
    public void dispatcherBack() {
        LOG.info("The dispatcher is back");
    }

    @Override
    public void drained() {
        LOG.warn(
                "This node is drained: it finishes what it has and gets nothing new until an operator of the rescue resumes it");
    }

    @Override
    public void resumed() {
        LOG.info("This node gets work again");
    }

    @Override
    public void started(Download download) {
        LOG.info("{} started: {}", download.taskId(), download.url());
    }

    @Override
    public void stored(Download download, StoredCopy copy) {
        LOG.info(
                "{} stored: {} ({}, SHA-256 {})",
                download.taskId(),
                copy.path(),
                ByteSize.readable(copy.size()),
                copy.sha256());
    }

    @Override
    public void reported(Download download, Completion.Result result) {
        LOG.info(
                "{} counted: {}, {} of {} copies",
                download.taskId(),
                result.verification().wire(),
                result.copiesHeld(),
                result.copiesTarget());
    }

    @Override
    public void refused(Download download, String why) {
        LOG.warn("{} report refused: {}", download.taskId(), why);
    }

    @Override
    public void failed(Download download, FailureReason reason, String detail) {
        LOG.warn("{} failed ({}): {}", download.taskId(), reason.wire(), detail);
    }

    @Override
    public void stopped(Download download, String why) {
        LOG.info("{} stopped: {}", download.taskId(), why);
    }

    /** Nothing to tidy up: what was logged stays. */
    @Override
    public void close() {}
}
