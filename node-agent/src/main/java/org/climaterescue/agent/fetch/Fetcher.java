package org.climaterescue.agent.fetch;

import java.io.Closeable;
import org.climaterescue.protocol.FailureReason;

/** Fetches files from their origins. A cut is mended in place, within the same lease. Thread-safe. */
public final class Fetcher implements Closeable {

    /** Progress that makes up for a cut. Less could keep a hopeless download alive for ever, a few bytes at a time. */
    private static final long REAL_PROGRESS = 1_000_000L;

    private final FetchSettings settings;
    private final HttpOrigin http;
    private final FtpOrigin ftp;

    /**
     * A fetcher.
     *
     * @param allowPrivate whether origins at private addresses are allowed
     * @param connections the most transfers at a time
     */
    public Fetcher(FetchSettings settings, boolean allowPrivate, int connections) {
        this(settings, AddressGuard.of(allowPrivate), connections);
    }

    Fetcher(FetchSettings settings, AddressGuard guard, int connections) {
        this.settings = settings;
        this.http = new HttpOrigin(settings, guard, connections);
        this.ftp = new FtpOrigin(settings, guard);
    }

    /**
     * Brings a file to the transfer's partial.
     *
     * @throws FetchFailure when it cannot be had
     * @throws StoppedException when the transfer was told to stop; what has come can be resumed later
     */
    public Fetched fetch(Transfer transfer) throws FetchFailure, StoppedException, InterruptedException {
        if (transfer.partial().isWhole()) {
            return Fetched.COMPLETE;
        }
        Origin origin = transfer.url().scheme().equals("ftp") ? ftp : http;
        long reached = transfer.partial().size();
        int fruitless = 0;
        while (true) {
            transfer.stop().check();
            try {
                return origin.attempt(transfer);
            } catch (CutException cut) {
                if (transfer.partial().size() - reached >= REAL_PROGRESS) {
                    reached = transfer.partial().size();
                    fruitless = 0;
                }
                fruitless++;
                if (fruitless >= settings.fruitlessTries()) {
                    throw cut.asFailure();
                }
                transfer.stop().pause(settings.betweenTries().after(fruitless));
            }
        }
    }

    /** A failure of a URL that no protocol here can fetch. */
    public static FetchFailure unsupported(String url) {
        String detail = url.startsWith("magnet:")
                ? "magnet links cannot be downloaded by this agent yet"
                : "the URL cannot be read as http, https or ftp without a user name: " + url;
        return new FetchFailure(FailureReason.OTHER, detail);
    }

    @Override
    public void close() {
        http.close();
    }
}
