package sluice.hardware;

import java.util.Arrays;
import java.util.List;
import sluice.net.Ip4;

/**
 * What the operator decides about the machine.
 *
 * @param profile name of a profile, or {@link ProfileChoice#AUTO}
 * @param bngId name of this gateway in the network
 * @param nasAddress its address towards RADIUS
 * @param access interfaces in place of those of the profile; empty to keep them
 * @param core the same towards the core
 */
record HardwareSettings(String profile, String bngId, Ip4 nasAddress, List<String> access, List<String> core) {

    HardwareSettings {
        access = List.copyOf(access);
        core = List.copyOf(core);
    }

    /** @throws UnfitHardware when a key is missing or cannot be read */
    static HardwareSettings of(Hardware.Config config) throws UnfitHardware {
        if (config.bng__id().isBlank()) {
            throw new UnfitHardware("\"bng_id\" in sluice.hardware.cfg is empty: it is the name of this gateway");
        }
        try {
            return new HardwareSettings(
                    config.profile(),
                    config.bng__id(),
                    Ip4.parse(config.nas__ip()),
                    names(config.access()),
                    names(config.core()));
        } catch (IllegalArgumentException e) {
            throw new UnfitHardware(
                    "\"nas_ip\" in sluice.hardware.cfg is not the IPv4 address of this gateway: " + config.nas__ip());
        }
    }

    private static List<String> names(String commaSeparated) {
        return Arrays.stream(commaSeparated.split(","))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .toList();
    }
}
