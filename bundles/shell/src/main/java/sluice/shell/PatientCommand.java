package sluice.shell;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.session.ServerSession;

/**
 * A command that cannot close the connection it came by: its channel ends, and the client closes the connection when it
 * has read everything. A client that does not is closed by {@code sshIdleTimeout}.
 */
record PatientCommand(Command command) implements Command {

    @Override
    public void start(ChannelSession channel, Environment environment) throws IOException {
        ServerSession kept = keptOpen(channel.getServerSession());
        command.start(
                new ChannelSession() {
                    @Override
                    public ServerSession getServerSession() {
                        return kept;
                    }
                },
                environment);
    }

    /**
     * The session in everything but the orderly close; an immediate one is for errors and stays. Made in the loader of
     * the interface, which sees all types that its methods name.
     */
    static ServerSession keptOpen(ServerSession session) {
        return (ServerSession) Proxy.newProxyInstance(
                ServerSession.class.getClassLoader(),
                new Class<?>[] {ServerSession.class},
                (self, method, arguments) -> {
                    if (method.getName().equals("close") && arguments != null && Boolean.FALSE.equals(arguments[0])) {
                        return null;
                    }
                    try {
                        return method.invoke(session, arguments);
                    } catch (InvocationTargetException failure) {
                        throw failure.getCause();
                    }
                });
    }

    @Override
    public void destroy(ChannelSession channel) throws Exception {
        command.destroy(channel);
    }

    @Override
    public void setInputStream(InputStream in) {
        command.setInputStream(in);
    }

    @Override
    public void setOutputStream(OutputStream out) {
        command.setOutputStream(out);
    }

    @Override
    public void setErrorStream(OutputStream err) {
        command.setErrorStream(err);
    }

    @Override
    public void setExitCallback(ExitCallback callback) {
        command.setExitCallback(callback);
    }
}
