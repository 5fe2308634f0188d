package org.climaterescue.agent.fetch;

/** One way to get a file: a protocol. */
interface Origin {

    /**
     * Tries once to bring the file, or the rest of it, to the transfer's partial.
     *
     * @throws CutException when a further try may go on where this one ended, or begin anew
     * @throws FetchFailure when no further try would help now
     * @throws StoppedException when the transfer was told to stop
     */
    Fetched attempt(Transfer transfer) throws CutException, FetchFailure, StoppedException;
}
