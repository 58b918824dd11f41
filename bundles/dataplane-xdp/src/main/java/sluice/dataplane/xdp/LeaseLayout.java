package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import sluice.dataplane.api.LeaseKey;
import sluice.dataplane.api.LeaseTerms;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.MacAddress;

/**
 * Keys and values of the leases that the programs answer for.
 *
 * <pre>
 * struct lease_key, 12 bytes: port u16 | outer vid be16 | inner vid be16 | mac 6
 *
 * struct lease, 56 bytes
 *   0 | session u64                                     |
 *   8 | address be32           | server be32            |
 *  16 | expiry u64, nanoseconds of the boot clock       |
 *  24 | last answer u64, likewise                       |
 *  32 | answers u64                                     |
 *  40 | seconds u32 | profile u16 | flags u8 | length u8 |
 *  48 | digest of option 82, u64                        |
 * </pre>
 *
 * Expiry, last answer and answers are the programs' to write while a lease is in the map.
 */
final class LeaseLayout {

    static final int KEY_BYTES = 12;
    private static final int MAC_AT = 6;
    static final int VALUE_BYTES = 56;
    static final int ADDRESS_AT = 8;
    static final int SERVER_AT = 12;
    static final int EXPIRY_AT = 16;
    static final int LAST_ANSWER_AT = 24;
    static final int ANSWERS_AT = 32;
    static final int SECONDS_AT = 40;
    static final int PROFILE_AT = 44;
    static final int FLAGS_AT = 46;
    static final int RELAY_LENGTH_AT = 47;
    static final int RELAY_DIGEST_AT = 48;
    static final int RELAY_MAX = 248;

    private static final long RELAY_PRIME = 0x9e37_79b9_7f4a_7c15L;
    private static final int NEEDS_RELAY = 1;
    private static final ValueLayout.OfInt NET_INT = JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);
    private static final ValueLayout.OfShort NET_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

    private LeaseLayout() {}

    static void writeKey(MemorySegment key, LeaseKey lease) {
        key.set(JAVA_SHORT, 0, (short) lease.port());
        key.set(NET_SHORT, 2, (short) lease.svlan());
        key.set(NET_SHORT, 4, (short) lease.cvlan());
        writeBytes(key, MAC_AT, lease.mac().toBytes());
    }

    static LeaseKey key(MemorySegment key) {
        long mac = 0;
        for (int i = MAC_AT; i < KEY_BYTES; i++) {
            mac = mac << 8 | key.get(JAVA_BYTE, i) & 0xff;
        }
        return new LeaseKey(
                key.get(JAVA_SHORT, 0) & 0xffff, key.get(NET_SHORT, 2), key.get(NET_SHORT, 4), new MacAddress(mac));
    }

    /** @param value zeroed */
    static void writeValue(
            MemorySegment value, long session, Ip4 address, LeaseTerms terms, int profile, long expiry, long answers) {
        value.set(JAVA_LONG, 0, session);
        value.set(NET_INT, ADDRESS_AT, address.bits());
        value.set(NET_INT, SERVER_AT, terms.server().bits());
        value.set(JAVA_LONG, EXPIRY_AT, expiry);
        value.set(JAVA_LONG, ANSWERS_AT, answers);
        value.set(JAVA_INT, SECONDS_AT, (int) terms.lease().toSeconds());
        value.set(JAVA_SHORT, PROFILE_AT, (short) profile);
        value.set(JAVA_BYTE, FLAGS_AT, (byte) (terms.relayRequired() ? NEEDS_RELAY : 0));
        value.set(JAVA_BYTE, RELAY_LENGTH_AT, (byte) terms.relay().length());
        value.set(JAVA_LONG, RELAY_DIGEST_AT, digest(terms.relay()));
    }

    static long session(MemorySegment value) {
        return value.get(JAVA_LONG, 0);
    }

    static Ip4 address(MemorySegment value) {
        return new Ip4(value.get(NET_INT, ADDRESS_AT));
    }

    static int seconds(MemorySegment value) {
        return value.get(JAVA_INT, SECONDS_AT);
    }

    static long expiry(MemorySegment value) {
        return value.get(JAVA_LONG, EXPIRY_AT);
    }

    static long answers(MemorySegment value) {
        return value.get(JAVA_LONG, ANSWERS_AT);
    }

    static int profile(MemorySegment value) {
        return Short.toUnsignedInt(value.get(JAVA_SHORT, PROFILE_AT));
    }

    /** Gives a value the option 82 of another. */
    static void copyRelay(MemorySegment from, MemorySegment to) {
        to.set(JAVA_BYTE, RELAY_LENGTH_AT, from.get(JAVA_BYTE, RELAY_LENGTH_AT));
        to.set(JAVA_LONG, RELAY_DIGEST_AT, from.get(JAVA_LONG, RELAY_DIGEST_AT));
    }

    /** As {@code digest_of} of dhcp.h: over words of 8 bytes, little-endian, zeros behind the last byte. */
    private static long digest(Bytes relay) {
        ByteBuffer words = ByteBuffer.allocate((relay.length() + Long.BYTES - 1) / Long.BYTES * Long.BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(relay.toArray())
                .rewind();
        long digest = relay.length();
        while (words.hasRemaining()) {
            digest = (digest ^ words.getLong()) * RELAY_PRIME;
            digest ^= digest >>> Integer.SIZE;
        }
        return digest;
    }

    static void writeBytes(MemorySegment target, long at, Bytes bytes) {
        MemorySegment.copy(MemorySegment.ofArray(bytes.toArray()), 0, target, at, bytes.length());
    }
}
