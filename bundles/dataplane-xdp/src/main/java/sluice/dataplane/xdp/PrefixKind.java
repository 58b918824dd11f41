package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import sluice.net.Ip4;
import sluice.net.Ip4Prefix;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;

/**
 * A family of prefixes and how the kernel's map of them has its keys.
 *
 * <pre>
 * struct prefix_key, 20 bytes:  0 | prefix 16 | length u32 |    IPv6
 * struct route_key, 8 bytes:    0 | length u32 | address be32 | IPv4
 * </pre>
 */
sealed interface PrefixKind<P extends Comparable<P>> {

    /** Longest prefix. */
    int most();

    int keyBytes();

    void write(P prefix, MemorySegment key);

    P read(MemorySegment key);

    int length(P prefix);

    /** The prefix of this length around another, which is longer. */
    P around(P prefix, int length);

    /** IPv6 prefixes of subscribers. */
    record Ip6Keys() implements PrefixKind<Ip6Prefix> {

        static final int LENGTH_AT = 16;
        static final int BYTES = 20;
        private static final ValueLayout.OfLong NET_LONG =
                ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

        @Override
        public int most() {
            return 128;
        }

        @Override
        public int keyBytes() {
            return BYTES;
        }

        @Override
        public void write(Ip6Prefix prefix, MemorySegment key) {
            key.set(NET_LONG, 0, prefix.network().high());
            key.set(NET_LONG, 8, prefix.network().low());
            key.set(JAVA_INT, LENGTH_AT, prefix.length());
        }

        @Override
        public Ip6Prefix read(MemorySegment key) {
            return new Ip6Prefix(new Ip6(key.get(NET_LONG, 0), key.get(NET_LONG, 8)), key.get(JAVA_INT, LENGTH_AT));
        }

        @Override
        public int length(Ip6Prefix prefix) {
            return prefix.length();
        }

        @Override
        public Ip6Prefix around(Ip6Prefix prefix, int length) {
            return Ip6Prefix.around(prefix.network(), length);
        }
    }

    /** IPv4 networks behind subscribers. */
    record Ip4Keys() implements PrefixKind<Ip4Prefix> {

        static final int ADDRESS_AT = 4;
        static final int BYTES = 8;
        private static final ValueLayout.OfInt NET_INT = ValueLayout.JAVA_INT.withOrder(ByteOrder.BIG_ENDIAN);

        @Override
        public int most() {
            return 32;
        }

        @Override
        public int keyBytes() {
            return BYTES;
        }

        @Override
        public void write(Ip4Prefix prefix, MemorySegment key) {
            key.set(JAVA_INT, 0, prefix.length());
            key.set(NET_INT, ADDRESS_AT, prefix.network().bits());
        }

        @Override
        public Ip4Prefix read(MemorySegment key) {
            return new Ip4Prefix(new Ip4(key.get(NET_INT, ADDRESS_AT)), key.get(JAVA_INT, 0));
        }

        @Override
        public int length(Ip4Prefix prefix) {
            return prefix.length();
        }

        @Override
        public Ip4Prefix around(Ip4Prefix prefix, int length) {
            return Ip4Prefix.around(prefix.network(), length);
        }
    }
}
