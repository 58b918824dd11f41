package sluice.dhcp;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * Domains in which the client looks short names up (option 119, RFC 3397), in the notation of DNS (RFC 1035, 3.1,
 * 4.1.4): labels with their length before them, or two bytes that point back to labels earlier in the same option.
 *
 * @param domains each a list of labels of 1..63 bytes
 */
record DomainSearch(List<List<Bytes>> domains) implements DhcpOption {
    private static final int LABEL_MAX = 63;
    private static final int NAME_MAX = 255;
    private static final int POINTER = 0xc0;
    private static final int POINTER_TARGET_MAX = 0x3fff;

    DomainSearch {
        domains = domains.stream().map(List::copyOf).toList();
        for (List<Bytes> domain : domains) {
            int length = 1;
            for (Bytes label : domain) {
                if (label.isEmpty() || label.length() > LABEL_MAX) {
                    throw new IllegalArgumentException("Label of " + label.length() + " bytes, expected 1..63");
                }
                length += 1 + label.length();
            }
            if (domain.isEmpty() || length > NAME_MAX) {
                throw new IllegalArgumentException("Domain of " + length + " bytes, expected 3..255");
            }
        }
    }

    static DomainSearch decode(Bytes value) throws MalformedPacket {
        List<List<Bytes>> domains = new ArrayList<>();
        int at = 0;
        while (at < value.length()) {
            List<Bytes> labels = new ArrayList<>();
            at = name(value, at, labels);
            domains.add(labels);
        }
        return new DomainSearch(domains);
    }

    /** Reads the name at {@code start} and returns where the next one begins. */
    private static int name(Bytes value, int start, List<Bytes> labels) throws MalformedPacket {
        int next = -1;
        int at = start;
        int length = 1;
        while (true) {
            WireReader in = new WireReader(value.slice(at));
            int first = in.hasRemaining() ? in.u8() : POINTER - 1;
            if (first == 0 && !labels.isEmpty()) {
                return next < 0 ? at + 1 : next;
            }
            if (first >= POINTER && in.hasRemaining()) {
                int target = (first & LABEL_MAX) << 8 | in.u8();
                next = next < 0 ? at + 2 : next;
                if (target >= at) { // only backward, so that every chain of pointers ends
                    throw new MalformedPacket(DhcpFault.BAD_OPTION, at);
                }
                at = target;
            } else {
                length += 1 + first;
                if (first == 0 || first > LABEL_MAX || first > in.remaining() || length > NAME_MAX) {
                    throw new MalformedPacket(DhcpFault.BAD_OPTION, at);
                }
                labels.add(in.bytes(first));
                at += 1 + first;
            }
        }
    }

    @Override
    public int code() {
        return DOMAIN_SEARCH;
    }

    @Override
    public void encodeValue(WireWriter out) {
        int start = out.length();
        Map<List<Bytes>, Integer> written = new HashMap<>();
        for (List<Bytes> domain : domains) {
            encode(out, start, domain, written);
        }
    }

    private static void encode(WireWriter out, int start, List<Bytes> domain, Map<List<Bytes>, Integer> written) {
        for (int i = 0; i < domain.size(); i++) {
            List<Bytes> tail = domain.subList(i, domain.size());
            Integer target = written.get(tail);
            if (target != null) {
                out.u16(POINTER << 8 | target);
                return;
            }
            int at = out.length() - start;
            if (at <= POINTER_TARGET_MAX) {
                written.put(tail, at);
            }
            out.u8(domain.get(i).length()).bytes(domain.get(i));
        }
        out.u8(0);
    }
}
