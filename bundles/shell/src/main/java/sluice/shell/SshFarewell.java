package sluice.shell;

import java.util.HashMap;
import java.util.Map;
import org.apache.sshd.server.SshServer;
import org.apache.sshd.server.command.CommandFactory;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;

/**
 * Lets clients of {@code ssh gateway command} say good-bye first. Karaf closes the whole connection behind the
 * command's channel; OpenSSH, which then wants to send its own disconnect (RFC 4253, 11.1), sometimes finds a broken
 * pipe and exits with 255 although it has the answer and the exit status. Safe for any thread.
 */
@Component(service = {})
public final class SshFarewell {

    private final Map<SshServer, CommandFactory> originals = new HashMap<>(); // guarded by this

    @Activate
    public SshFarewell() {}

    @Reference(cardinality = ReferenceCardinality.MULTIPLE, policy = ReferencePolicy.DYNAMIC)
    synchronized void bindServer(SshServer server) {
        CommandFactory original = server.getCommandFactory();
        originals.put(server, original);
        server.setCommandFactory((channel, line) -> new PatientCommand(original.createCommand(channel, line)));
    }

    synchronized void unbindServer(SshServer server) {
        CommandFactory original = originals.remove(server);
        if (original != null) {
            server.setCommandFactory(original);
        }
    }
}
