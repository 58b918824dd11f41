package sluice.journal;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * Everything that becomes durable with one group commit.
 *
 * <pre>
 *  length 4 | changes | first sequence 8 | number of events 4 | length 4 | events
 *  number of cursors 2 | name, committed 8, lost 8 | ...
 * </pre>
 *
 * @param changes of the store, as {@link ChangeCodec} writes them
 * @param firstSequence of the first event, or what it would be when there is none
 * @param eventCount how many events there are
 * @param events as {@link EventBlock} holds them
 * @param cursors places that moved since the last frame
 */
record Frame(Bytes changes, long firstSequence, int eventCount, Bytes events, List<CursorMark> cursors) {

    Frame {
        cursors = List.copyOf(cursors);
    }

    Bytes toBytes() {
        WireWriter out = new WireWriter(64 + changes.length() + events.length());
        out.u32(changes.length()).bytes(changes);
        out.u64(firstSequence).u32(eventCount).u32(events.length()).bytes(events);
        out.u16(cursors.size());
        for (CursorMark cursor : cursors) {
            Packing.text(out, cursor.name());
            out.u64(cursor.committed()).u64(cursor.lost());
        }
        return out.toBytes();
    }

    static Frame of(Bytes bytes) throws MalformedPacket {
        WireReader in = new WireReader(bytes);
        Bytes changes = in.bytes(in.i32());
        long firstSequence = in.u64();
        int eventCount = in.i32();
        Bytes events = in.bytes(in.i32());
        int cursorCount = in.u16();
        List<CursorMark> cursors = new ArrayList<>(cursorCount);
        for (int i = 0; i < cursorCount; i++) {
            cursors.add(new CursorMark(Packing.text(in), in.u64(), in.u64()));
        }
        if (eventCount < 0 || firstSequence < 1 || in.hasRemaining()) {
            throw in.malformed(EventFault.BAD_VALUE);
        }
        return new Frame(changes, firstSequence, eventCount, events, cursors);
    }
}
