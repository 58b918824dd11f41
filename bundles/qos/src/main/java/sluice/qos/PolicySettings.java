package sluice.qos;

import java.util.Optional;
import java.util.OptionalInt;
import sluice.dataplane.api.Policer;
import sluice.dataplane.api.Treatment;
import sluice.dataplane.api.Treatment.Access;
import sluice.dataplane.api.Treatment.Identity;
import sluice.session.api.Policy;

/**
 * A policy as the operator wrote it, not yet with the defaults of the appliance.
 *
 * @param priority 802.1p priority of frames to the subscriber; empty: that of the packet's DSCP
 * @param identity empty: as the defaults say
 * @param mtu 0: as the defaults say
 * @param maxSegmentSize 0: made of the MTU, or as the defaults say
 * @param garden name of the walled garden, empty for none
 */
record PolicySettings(
        String name,
        Policer download,
        Policer upload,
        OptionalInt dscpDown,
        OptionalInt dscpUp,
        OptionalInt priority,
        Optional<Identity> identity,
        int mtu,
        int maxSegmentSize,
        String garden,
        boolean blocked) {

    private static final long RATE_MAX_KBPS = 1_000_000_000;
    private static final long BURST_MAX_KBYTES = 1_000_000;
    private static final int PRIORITY_MAX = 7;
    private static final int KILO = 1000;

    PolicySettings {
        if (name.isBlank()) {
            throw new IllegalArgumentException("name is empty, expected the name of the policy as Filter-Id gives it");
        }
        if (blocked && !garden.isEmpty()) {
            throw new IllegalArgumentException("blocked and garden = " + garden + ", expected one of them");
        }
        PolicyDefaults.checkSizes(mtu, maxSegmentSize);
    }

    /**
     * What a file says.
     *
     * @param nameOfFile the policy's name when the file gives none
     * @throws IllegalArgumentException with the key that makes no sense
     */
    static PolicySettings of(String nameOfFile, OwnPolicy.Config config) {
        String name = SettingsFile.read("name", config::name).trim();
        return new PolicySettings(
                name.isEmpty() ? nameOfFile : name,
                download(
                        SettingsFile.read("download_kbps", config::download__kbps),
                        SettingsFile.read("download_burst_kbytes", config::download__burst__kbytes)),
                upload(
                        SettingsFile.read("upload_kbps", config::upload__kbps),
                        SettingsFile.read("upload_burst_kbytes", config::upload__burst__kbytes)),
                Dscp.parse("dscp_down", SettingsFile.read("dscp_down", config::dscp__down)),
                Dscp.parse("dscp_up", SettingsFile.read("dscp_up", config::dscp__up)),
                priority(SettingsFile.read("priority", config::priority)),
                identity(SettingsFile.read("identity", config::identity)),
                SettingsFile.read("mtu", config::mtu),
                SettingsFile.read("max_segment_size", config::max__segment__size),
                SettingsFile.read("garden", config::garden).trim(),
                SettingsFile.read("blocked", config::blocked));
    }

    /** A rate towards the subscriber in kbit/s, 0 for none, and its burst in 1000 bytes, 0 for one made of the rate. */
    static Policer download(long kbps, long burst) {
        long bits = SettingsFile.within("download_kbps", kbps, 0, RATE_MAX_KBPS) * KILO;
        SettingsFile.within("download_burst_kbytes", burst, 0, BURST_MAX_KBYTES);
        return withBurst(Policer.towards(bits), burst);
    }

    /** The same from the subscriber. */
    static Policer upload(long kbps, long burst) {
        long bits = SettingsFile.within("upload_kbps", kbps, 0, RATE_MAX_KBPS) * KILO;
        SettingsFile.within("upload_burst_kbytes", burst, 0, BURST_MAX_KBYTES);
        return withBurst(Policer.from(bits), burst);
    }

    /** The policy that it makes with these defaults. */
    Policy policy(PolicyDefaults defaults) {
        Treatment plain = new Treatment(
                identity.orElse(defaults.identity()),
                access(),
                garden.isEmpty() ? 0 : OwnGarden.idOf(garden),
                dscpUp,
                dscpDown,
                priority.isPresent(),
                0);
        return new Policy(name, download, upload, defaults.sized(plain, mtu, maxSegmentSize), priority);
    }

    private Access access() {
        if (blocked) {
            return Access.BLOCKED;
        }
        return garden.isEmpty() ? Access.OPEN : Access.WALLED;
    }

    private static Policer withBurst(Policer made, long kbytes) {
        return made.isUnlimited() || kbytes == 0 ? made : new Policer(made.bitsPerSecond(), kbytes * KILO);
    }

    private static OptionalInt priority(String text) {
        String word = text.trim();
        if (word.isEmpty()) {
            return OptionalInt.empty();
        }
        if (word.length() > 1 || word.charAt(0) < '0' || word.charAt(0) > '0' + PRIORITY_MAX) {
            throw new IllegalArgumentException("priority = " + text + ", expected 0..7 or nothing");
        }
        return OptionalInt.of(word.charAt(0) - '0');
    }

    private static Optional<Identity> identity(String text) {
        return text.isBlank() ? Optional.empty() : Optional.of(PolicyDefaults.identity(text));
    }
}
