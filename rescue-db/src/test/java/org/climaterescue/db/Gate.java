package org.climaterescue.db;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A TCP port in front of a server that lets nobody through while it is shut, and then cuts whoever was inside; stalled, it takes
 * everything and passes nothing on, as a server that hangs or a network that drops packets.
 */
final class Gate implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Gate.class);

    private final ServerSocket entrance;
    private final int serverPort;
    private final Set<Socket> inside = ConcurrentHashMap.newKeySet();
    private final CountDownLatch knocked = new CountDownLatch(1);
    private final ReentrantLock stall = new ReentrantLock();
    private final Condition goesOn = stall.newCondition();
    private boolean stalled;
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
        stall(false);
    }

    void stall() {
        stall(true);
    }

    private void stall(boolean now) {
        stall.lock();
        try {
            stalled = now;
            goesOn.signalAll();
        } finally {
            stall.unlock();
        }
    }

    private void awaitPassage() {
        stall.lock();
        try {
            while (stalled) {
                goesOn.awaitUninterruptibly();
            }
        } finally {
            stall.unlock();
        }
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

    private void pass(Socket from, Socket to) {
        try (from;
                to) {
            byte[] some = new byte[8192];
            for (int read = from.getInputStream().read(some);
                    read >= 0;
                    read = from.getInputStream().read(some)) {
                awaitPassage();
                to.getOutputStream().write(some, 0, read);
            }
        } catch (IOException e) {
            LOG.debug("One side went away: {}", e.toString());
        }
    }

    @Override
    public void close() throws IOException {
        entrance.close();
        shut();
        stall(false);
    }
}
