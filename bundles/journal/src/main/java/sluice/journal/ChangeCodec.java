package sluice.journal;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.StoreChange;

/**
 * Writes changes of the store one behind the other. Decoding is total.
 *
 * <pre>
 *  put:    1 | region | key | value       each a length and so many bytes
 *  remove: 2 | region | key
 * </pre>
 */
final class ChangeCodec {
    private static final int PUT = 1;
    private static final int REMOVE = 2;

    private ChangeCodec() {}

    static Bytes encode(List<StoreChange> changes) {
        if (changes.isEmpty()) {
            return Bytes.EMPTY;
        }
        WireWriter out = new WireWriter(512);
        for (StoreChange change : changes) {
            out.u8(change instanceof StoreChange.Put ? PUT : REMOVE);
            Packing.text(out, change.region());
            Packing.bytes(out, change.key());
            if (change instanceof StoreChange.Put put) {
                Packing.bytes(out, put.value());
            }
        }
        return out.toBytes();
    }

    static List<StoreChange> decode(Bytes bytes) throws MalformedPacket {
        WireReader in = new WireReader(bytes);
        List<StoreChange> changes = new ArrayList<>();
        while (in.hasRemaining()) {
            int kind = in.u8();
            if (kind != PUT && kind != REMOVE) {
                throw in.malformed(EventFault.BAD_VALUE);
            }
            String region = Packing.text(in);
            Bytes key = Packing.bytes(in);
            changes.add(
                    kind == PUT
                            ? new StoreChange.Put(region, key, Packing.bytes(in))
                            : new StoreChange.Remove(region, key));
        }
        return changes;
    }
}
