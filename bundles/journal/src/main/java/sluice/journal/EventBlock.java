package sluice.journal;

import java.util.ArrayList;
import java.util.List;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;
import sluice.platform.api.Event;
import sluice.platform.api.LoggedEvent;

/**
 * Events that follow each other without a gap, encoded.
 *
 * @param first sequence number of the first of them
 * @param count how many there are, at least one
 * @param events each a length and the bytes of {@link EventCodec}
 */
record EventBlock(long first, int count, Bytes events) {

    EventBlock {
        if (first < 1 || count < 1) {
            throw new IllegalArgumentException("Block of " + count + " events from " + first);
        }
    }

    /** Sequence number of the last event. */
    long last() {
        return first + count - 1;
    }

    boolean holds(long sequence) {
        return sequence >= first && sequence <= last();
    }

    /** Blocks that follow each other as one. */
    static EventBlock join(List<EventBlock> blocks) {
        EventBlock first = blocks.getFirst();
        if (blocks.size() == 1) {
            return first;
        }
        WireWriter out = new WireWriter();
        int count = 0;
        for (EventBlock block : blocks) {
            if (block.first != first.first + count) {
                throw new IllegalArgumentException("Events from " + block.first + " do not follow");
            }
            out.bytes(block.events);
            count += block.count;
        }
        return new EventBlock(first.first, count, out.toBytes());
    }

    /** The same events in blocks of at most {@code bytes}, or of one event. */
    List<EventBlock> split(int bytes) throws MalformedPacket {
        if (events.length() <= bytes) {
            return List.of(this);
        }
        List<EventBlock> parts = new ArrayList<>();
        WireReader in = new WireReader(events);
        int partStart = 0;
        int partFirst = 0;
        for (int i = 0; i < count; i++) {
            int eventStart = in.offset();
            in.skip(Packing.length(in));
            if (in.offset() - partStart > bytes && i > partFirst) {
                parts.add(part(partFirst, i, partStart, eventStart));
                partStart = eventStart;
                partFirst = i;
            }
        }
        parts.add(part(partFirst, count, partStart, events.length()));
        return parts;
    }

    private EventBlock part(int from, int to, int start, int end) {
        return new EventBlock(first + from, to - from, events.slice(start, end - start));
    }

    /** What the disk holds: the number of events, then the events. */
    Bytes toBytes() {
        return new WireWriter(events.length() + Integer.BYTES)
                .u32(count)
                .bytes(events)
                .toBytes();
    }

    static EventBlock of(long first, Bytes stored) throws MalformedPacket {
        WireReader in = new WireReader(stored);
        long count = in.u32();
        if (count < 1 || count > stored.length()) {
            throw in.malformed(EventFault.BAD_VALUE);
        }
        return new EventBlock(first, (int) count, in.rest());
    }

    static Bytes encode(List<Event> events) {
        if (events.isEmpty()) {
            return Bytes.EMPTY;
        }
        WireWriter out = new WireWriter(512);
        for (Event event : events) {
            Packing.bytes(out, EventCodec.encode(event));
        }
        return out.toBytes();
    }

    List<LoggedEvent> decode() throws MalformedPacket {
        WireReader in = new WireReader(events);
        List<LoggedEvent> decoded = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            decoded.add(new LoggedEvent(first + i, EventCodec.decode(Packing.bytes(in))));
        }
        if (in.hasRemaining()) {
            throw in.malformed(EventFault.BAD_VALUE);
        }
        return decoded;
    }
}
