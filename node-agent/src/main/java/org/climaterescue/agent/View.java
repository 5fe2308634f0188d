package org.climaterescue.agent;

/** Shows a person what the agent does. */
interface View extends AgentListener, AutoCloseable {

    /** Shows nothing more; does nothing the second time. */
    @Override
    void close();
}
