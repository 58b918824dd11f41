package sluice.radius;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands before a server and lets connections through, until it forgets them: from then on they carry nothing and
 * neither side hears of it.
 */
final class Firewall implements AutoCloseable {

    private final ServerSocket outside = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final InetSocketAddress server;
    private final List<Flow> flows = new CopyOnWriteArrayList<>();
    private volatile boolean forgetsAll;

    /** Two sides of one connection. */
    private record Flow(Socket client, Socket server) {}

    Firewall(InetSocketAddress server) throws IOException {
        this.server = server;
        Thread.ofVirtual().name("firewall").start(this::accept);
    }

    int port() {
        return outside.getLocalPort();
    }

    /** The connections there are now carry nothing any more; new ones do. */
    void forget() {
        flows.clear();
    }

    /** The same for those to come. */
    void forgetAlways(boolean always) {
        forgetsAll = always;
        flows.clear();
    }

    private void accept() {
        try {
            while (!outside.isClosed()) {
                Socket client = outside.accept();
                Thread.ofVirtual().start(() -> connect(client));
            }
        } catch (IOException closed) {
            flows.clear();
        }
    }

    private void connect(Socket client) {
        try (client;
                Socket inside = new Socket(server.getAddress(), server.getPort())) {
            Flow flow = new Flow(client, inside);
            flows.add(flow);
            Thread back = Thread.ofVirtual().start(() -> carry(flow, inside, client));
            carry(flow, client, inside);
            back.join();
        } catch (IOException serverIsAway) {
            forget();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void carry(Flow flow, Socket from, Socket to) {
        byte[] bytes = new byte[8192];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
                if (!forgetsAll && flows.contains(flow)) {
                    out.write(bytes, 0, read);
                }
            }
        } catch (IOException over) {
            flows.remove(flow);
        }
    }

    @Override
    public void close() throws IOException {
        outside.close();
    }
}
