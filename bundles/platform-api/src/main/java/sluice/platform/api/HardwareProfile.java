package sluice.platform.api;

import java.util.List;
import sluice.net.Ip4;

/**
 * What this machine is and who it is in the network: published once it was recognised and found to fit.
 *
 * @param name of the profile, for example {@code lab}
 * @param bngId name of this gateway towards RADIUS and the event stream, for example {@code bng-01}
 * @param nasAddress NAS-IP-Address and {@code nas_ip}
 * @param access interfaces towards the subscribers; the index in this list is the port number of frames and lines
 * @param core interfaces towards the core
 */
public record HardwareProfile(String name, String bngId, Ip4 nasAddress, List<String> access, List<String> core) {

    public HardwareProfile {
        access = List.copyOf(access);
        core = List.copyOf(core);
        if (name.isEmpty() || bngId.isEmpty()) {
            throw new IllegalArgumentException("A hardware profile needs a name and a bng_id");
        }
        if (access.isEmpty() || core.isEmpty()) {
            throw new IllegalArgumentException("Profile " + name + " needs at least one access and one core interface");
        }
    }
}
