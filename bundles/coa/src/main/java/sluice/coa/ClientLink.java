package sluice.coa;

import java.net.InetAddress;
import sluice.platform.api.CounterSet;
import sluice.radius.packet.PacketSignature;

/** A client with what belongs to the listener's thread: its signature and its limit. Counters are for any thread. */
final class ClientLink {

    private final ClientSettings settings;
    private final PacketSignature signature;
    private final TokenBucket limit;
    private final CounterSet<RequestCounter> counters = new CounterSet<>(RequestCounter.class);
    private final CounterSet<Silence> silent = new CounterSet<>(Silence.class);

    ClientLink(ClientSettings settings, int perSecond, long now) {
        this.settings = settings;
        this.signature = new PacketSignature(settings.secret());
        this.limit = new TokenBucket(perSecond, now);
    }

    ClientSettings settings() {
        return settings;
    }

    PacketSignature signature() {
        return signature;
    }

    TokenBucket limit() {
        return limit;
    }

    CounterSet<RequestCounter> counters() {
        return counters;
    }

    CounterSet<Silence> silent() {
        return silent;
    }

    /** Bits of the longest range that holds the address, -1 when none does. */
    int match(InetAddress source) {
        return settings.hosts().stream()
                .filter(range -> range.contains(source))
                .mapToInt(AddressRange::length)
                .max()
                .orElse(-1);
    }
}
