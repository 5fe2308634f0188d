package org.climaterescue.agent.fetch;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** One file over anonymous FTP, on real sockets. */
final class TestFtpServer implements AutoCloseable {

    private final ServerSocket server;

    /** The file. */
    volatile byte[] content;

    /** When it was last changed, as MDTM says it. */
    volatile String modified = "20240101000000";

    /** After how many bytes the next transfers break off, one entry a transfer. */
    final List<Integer> cuts = new CopyOnWriteArrayList<>();

    /** The commands as they came. */
    final List<String> commands = new CopyOnWriteArrayList<>();

    TestFtpServer(byte[] content) throws IOException {
        this.content = content;
        server = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            while (true) {
                try {
                    Socket control = server.accept();
                    Thread.ofVirtual().start(() -> converse(control));
                } catch (IOException closed) {
                    return;
                }
            }
        });
    }

    String url(String path) {
        return "ftp://127.0.0.1:" + server.getLocalPort() + path;
    }

    @Override
    public void close() throws IOException {
        server.close();
    }

    private void converse(Socket control) {
        try (control;
                ServerSocket data = new ServerSocket(0, 5, InetAddress.getLoopbackAddress());
                BufferedReader in = new BufferedReader(new InputStreamReader(control.getInputStream(), UTF_8))) {
            OutputStream out = control.getOutputStream();
            say(out, "220 ready");
            int from = 0;
            String line;
            while ((line = in.readLine()) != null) {
                commands.add(line);
                String verb = line.split(" ", 2)[0];
                boolean there = line.endsWith("pub/t.csv");
                switch (verb) {
                    case "USER" -> say(out, "331 password?");
                    case "PASS" -> say(out, "230 welcome");
                    case "TYPE" -> say(out, "200 ok");
                    case "SIZE" -> say(out, there ? "213 " + content.length : "550 no such file");
                    case "MDTM" -> say(out, there ? "213 " + modified : "550 no such file");
                    case "REST" -> {
                        from = Integer.parseInt(line.substring(5));
                        say(out, "350 restarting");
                    }
                    // The address is a lie that a client must not follow.
                    case "PASV" ->
                        say(
                                out,
                                "227 entering passive mode (10,0,0,1," + data.getLocalPort() / 256 + ","
                                        + data.getLocalPort() % 256 + ")");
                    case "EPSV" -> say(out, "229 entering (|||" + data.getLocalPort() + "|)");
                    case "RETR" -> {
                        if (there) {
                            send(out, data, from);
                        } else {
                            say(out, "550 no such file");
                        }
                        from = 0;
                    }
                    default -> say(out, "502 not here");
                }
            }
        } catch (IOException hungUp) {
            // The client is done, or was cut off.
        }
    }

    private void send(OutputStream out, ServerSocket data, int from) throws IOException {
        say(out, "150 here it comes");
        byte[] now = content;
        int length = now.length - from;
        int cut = cuts.isEmpty() ? length : Math.min(length, cuts.removeFirst());
        try (Socket transfer = data.accept()) {
            transfer.getOutputStream().write(now, from, cut);
        }
        say(out, cut < length ? "426 transfer aborted" : "226 done");
    }

    private static void say(OutputStream out, String line) throws IOException {
        out.write((line + "\r\n").getBytes(UTF_8));
    }
}
