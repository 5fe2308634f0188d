package org.climaterescue.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A TCP port in front of a server that lets nobody through while it is shut, and then cuts whoever was inside. */
final class Gate implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    private final ServerSocket entrance;
    private final int serverPort;
    private final Set<Socket> inside = ConcurrentHashMap.newKeySet();
    private final CountDownLatch knocked = new CountDownLatch(1);
    private volatile boolean open;

    Gate(int serverPort) throws IOException {
        this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        this.serverPort = serverPort;
        Thread.ofVirtual().start(this::receive);
    }

    int port() {
        return entrance.getLocalPort();
    }

    void open() {
        open = true;
    }

    void shut() throws IOException {
        open = false;
        for (Socket socket : inside) {
            socket.close();
        }
    }

    void awaitAKnock() throws InterruptedException {
        knocked.await();
    }

    private void receive() {
        while (!entrance.isClosed()) {
            try {
                Socket caller = entrance.accept();
                knocked.countDown();
                if (!open) {
                    caller.close();
                    continue;
                }
                var server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                inside.add(caller);
                inside.add(server);
                Thread.ofVirtual().start(() -> pass(caller, server));
                Thread.ofVirtual().start(() -> pass(server, caller));
            } catch (IOException e) {
                LOG.debug("Nobody to let through: {}", e.toString());
            }
        }
    }

    private static void pass(Socket from, Socket to) {
        try (from;
                to) {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            LOG.debug("One side went away: {}", e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        shut();
    }
}
