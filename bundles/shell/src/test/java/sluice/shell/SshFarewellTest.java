package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.apache.sshd.server.Environment;
import org.apache.sshd.server.ExitCallback;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;
import org.apache.sshd.server.command.CommandFactory;
import org.apache.sshd.server.session.ServerSession;
import org.junit.jupiter.api.Test;

final class SshFarewellTest {

    private final List<String> heard = new ArrayList<>();
    private final ServerSession session = (ServerSession) Proxy.newProxyInstance(
            ServerSession.class.getClassLoader(), new Class<?>[] {ServerSession.class}, (self, method, arguments) -> {
                heard.add(method.getName() + (arguments == null ? "" : " " + arguments[0]));
                return method.getReturnType() == String.class ? "operator" : null;
            });

    /** Does with the session what Karaf's command does at its end. */
    private record KarafCommand(List<String> heard) implements Command {
        @Override
        public void start(ChannelSession channel, Environment environment) {
            heard.add("user " + channel.getServerSession().getUsername());
            channel.getServerSession().close(false);
        }

        @Override
        public void destroy(ChannelSession channel) {
            heard.add("destroyed");
        }

        @Override
        public void setInputStream(InputStream in) {}

        @Override
        public void setOutputStream(OutputStream out) {}

        @Override
        public void setErrorStream(OutputStream err) {}

        @Override
        public void setExitCallback(ExitCallback callback) {}
    }

    private ChannelSession channel() {
        return new ChannelSession() {
            @Override
            public ServerSession getServerSession() {
                return session;
            }
        };
    }

    @Test
    void commandEndsWithoutClosingTheConnection() throws Exception {
        SshServer server = new SshServer();
        CommandFactory karaf = (channel, line) -> new KarafCommand(heard);
        server.setCommandFactory(karaf);
        SshFarewell farewell = new SshFarewell();
        farewell.bindServer(server);
        Command command = server.getCommandFactory().createCommand(channel(), "sluice:status");
        command.start(channel(), new org.apache.sshd.server.StandardEnvironment());
        command.destroy(channel());
        assertThat(heard).containsExactly("getUsername", "user operator", "destroyed");
        farewell.unbindServer(server);
        assertThat(server.getCommandFactory()).isSameAs(karaf);
    }

    @Test
    void connectionIsStillClosedAtOnceOnAnError() {
        PatientCommand.keptOpen(session).close(true);
        assertThat(heard).containsExactly("close true");
    }
}
