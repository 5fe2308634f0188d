package org.climaterescue.agent.fetch;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import org.apache.commons.net.ftp.FTP;
import org.apache.commons.net.ftp.FTPClient;
import org.apache.commons.net.ftp.FTPReply;
import org.climaterescue.agent.store.OriginFacts;
import org.climaterescue.agent.store.Partial;
import org.climaterescue.protocol.Causes;
import org.climaterescue.protocol.FailureReason;
import org.climaterescue.protocol.OriginUrl;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Files over FTP: anonymous, passive, binary (RFC 959, RFC 3659). The data connection goes to the same checked address as the
 * control connection, whatever address the server names.
 */
final class FtpOrigin implements Origin {

    private static final Logger LOG = LoggerFactory.getLogger(FtpOrigin.class);
    private static final int MAX_REPLY_LINE = 8192;
    private static final String CONTROL_CHARACTERS = ".*[\\x00-\\x1f\\x7f].*";

    private final FetchSettings settings;
    private final AddressGuard guard;

    FtpOrigin(FetchSettings settings, AddressGuard guard) {
        this.settings = settings;
        this.guard = guard;
    }

    @Override
    public Fetched attempt(Transfer transfer) throws CutException, FetchFailure, StoppedException {
        String path = serverPath(transfer.url());
        FTPClient ftp = new FTPClient();
        try (var _ = transfer.stop().onStop(() -> hangUp(ftp))) {
            return converse(ftp, transfer, path);
        } catch (IOException broken) {
            transfer.stop().check();
            CutException cut = cut(broken);
            if (transfer.partial().size() == 0 || broken instanceof BlockedAddressException) {
                throw cut.asFailure();
            }
            throw cut;
        } finally {
            hangUp(ftp);
        }
    }

    private Fetched converse(FTPClient ftp, Transfer transfer, String path)
            throws IOException, CutException, FetchFailure, StoppedException {
        connect(ftp, transfer.url());
        if (!ftp.login("anonymous", "anonymous@")) {
            throw failure(ftp, transfer.url());
        }
        require(ftp, ftp.setFileType(FTP.BINARY_FILE_TYPE), transfer);
        ftp.enterLocalPassiveMode();
        OriginFacts facts = facts(ftp, path);
        prepare(ftp, transfer, facts);
        try (InputStream in = ftp.retrieveFileStream(path);
                var _ = transfer.stop().onStop(() -> closeQuietly(in))) {
            if (in == null) {
                throw failure(ftp, transfer.url());
            }
            transfer.copy(in);
        }
        if (!ftp.completePendingCommand()) {
            throw new CutException(FailureReason.NETWORK, "the server ended the transfer: " + reply(ftp), null);
        }
        if (!facts.equals(facts(ftp, path))) {
            transfer.forget();
            throw new CutException(FailureReason.ORIGIN_ERROR, "the file changed while it was read", null);
        }
        if (facts.total() != null && !transfer.partial().isWhole()) {
            throw new CutException(
                    FailureReason.NETWORK,
                    "the server sent " + transfer.partial().size() + " of " + facts.total() + " bytes",
                    null);
        }
        return Fetched.COMPLETE;
    }

    private void connect(FTPClient ftp, OriginUrl url) throws IOException, FetchFailure {
        ftp.setConnectTimeout((int) settings.connectTimeout().toMillis());
        ftp.setDefaultTimeout((int) settings.idleTimeout().toMillis());
        ftp.setDataTimeout(settings.idleTimeout());
        ftp.setControlKeepAliveTimeout(Duration.ofMinutes(2));
        ftp.setControlEncoding(StandardCharsets.UTF_8);
        ftp.setIpAddressFromPasvResponse(false);
        IOException last = null;
        for (InetAddress address : guard.resolve(url.host())) {
            try {
                ftp.connect(address, url.effectivePort());
                if (!FTPReply.isPositiveCompletion(ftp.getReplyCode())) {
                    throw failure(ftp, url);
                }
                return;
            } catch (IOException unreachable) {
                last = unreachable;
            }
        }
        throw last == null ? new IOException(url.host() + " has no address") : last;
    }

    /** Goes on where the bytes so far end if the file is still the same, else begins anew. */
    private static void prepare(FTPClient ftp, Transfer transfer, OriginFacts facts) throws FetchFailure {
        Partial partial = transfer.partial();
        boolean same = partial.size() > 0 && facts.validator() != null && facts.equals(partial.facts());
        if (same && facts.total() != null) {
            transfer.claim(facts.total());
            ftp.setRestartOffset(partial.size());
        } else {
            transfer.begin(facts);
        }
    }

    private static OriginFacts facts(FTPClient ftp, String path) throws IOException {
        String size = ftp.getSize(path);
        String modified = ftp.getModificationTime(path);
        Long total = size == null || !size.strip().matches("\\d{1,18}") ? null : Long.valueOf(size.strip());
        return new OriginFacts(null, modified, null, total, total == null ? null : modified);
    }

    private static void require(FTPClient ftp, boolean done, Transfer transfer) throws FetchFailure {
        if (!done) {
            throw failure(ftp, transfer.url());
        }
    }

    private static FetchFailure failure(FTPClient ftp, OriginUrl url) {
        String text = String.valueOf(ftp.getReplyString()).toLowerCase(Locale.ROOT);
        FailureReason reason = switch (ftp.getReplyCode()) {
            case 421 -> FailureReason.ORIGIN_BUSY;
            case 530 ->
                text.contains("too many") || text.contains("limit") || text.contains("maximum")
                        ? FailureReason.ORIGIN_BUSY
                        : FailureReason.FORBIDDEN;
            case 550 ->
                text.contains("denied") || text.contains("permission") ? FailureReason.FORBIDDEN : FailureReason.GONE;
            default -> FailureReason.ORIGIN_ERROR;
        };
        return new FetchFailure(reason, "the server answered " + reply(ftp) + " for " + url);
    }

    private static String reply(FTPClient ftp) {
        String line = String.valueOf(ftp.getReplyString()).strip();
        return line.length() > MAX_REPLY_LINE ? line.substring(0, MAX_REPLY_LINE) : line;
    }

    /** The path as the server takes it, relative to where the login led (RFC 1738, section 3.2.2). */
    private static String serverPath(OriginUrl url) throws FetchFailure {
        String path = OriginUrl.decoded(url.path().substring(1)).replaceFirst(";type=[aidAID]$", "");
        if (path.isEmpty() || path.endsWith("/") || path.matches("(?s)" + CONTROL_CHARACTERS)) {
            throw new FetchFailure(FailureReason.OTHER, url + " names no file on an FTP server");
        }
        return path;
    }

    private static CutException cut(IOException failed) {
        FailureReason reason = switch (failed) {
            case BlockedAddressException _ -> FailureReason.BLOCKED_ADDRESS;
            case SocketTimeoutException _ -> FailureReason.TIMEOUT;
            default -> FailureReason.NETWORK;
        };
        return new CutException(reason, Causes.words(failed), failed);
    }

    private static void closeQuietly(@Nullable InputStream in) {
        if (in == null) {
            return;
        }
        try {
            in.close();
        } catch (IOException alreadyCut) {
            LOG.debug("Closing a data connection that was cut: {}", alreadyCut.toString());
        }
    }

    private static void hangUp(FTPClient ftp) {
        try {
            if (ftp.isConnected()) {
                ftp.disconnect();
            }
        } catch (IOException alreadyCut) {
            LOG.debug("Closing a control connection that was cut: {}", alreadyCut.toString());
        }
    }
}
