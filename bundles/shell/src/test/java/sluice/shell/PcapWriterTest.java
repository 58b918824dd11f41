package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.Channels;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.net.Bytes;

final class PcapWriterTest {

    private static final Instant TIME = Instant.parse("2026-01-01T12:00:00.123456789Z");

    /** A block without its frame of type and lengths. */
    private record Block(int type, ByteBuffer body) {}

    private static List<Block> written(TracedFrame... frames) throws IOException {
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        PcapWriter writer = new PcapWriter(Channels.newChannel(file));
        for (TracedFrame frame : frames) {
            writer.write(frame);
        }
        assertThat(writer.written()).isEqualTo(file.size());
        ByteBuffer all = ByteBuffer.wrap(file.toByteArray()).order(ByteOrder.LITTLE_ENDIAN);
        List<Block> blocks = new ArrayList<>();
        while (all.hasRemaining()) {
            int start = all.position();
            int type = all.getInt();
            int length = all.getInt();
            assertThat(length % 4).isZero();
            assertThat(all.getInt(start + length - 4)).isEqualTo(length);
            ByteBuffer body = all.slice(start + 8, length - 12).order(ByteOrder.LITTLE_ENDIAN);
            blocks.add(new Block(type, body));
            all.position(start + length);
        }
        return blocks;
    }

    private static TracedFrame frame(TracedFrame.Way way, int shown, int length) {
        return new TracedFrame(TIME, way, List.of("first", "drop: second"), true, length, Bytes.adopt(new byte[shown]));
    }

    @Test
    void fileBeginsWithItsSectionAndTwoInterfaces() throws IOException {
        assertThat(written()).extracting(Block::type).containsExactly(0x0a0d0d0a, 1, 1);
        assertThat(written().getFirst().body().getInt(0)).isEqualTo(0x1a2b3c4d);
        assertThat(written().get(1).body().getShort(0)).as("Ethernet").isEqualTo((short) 1);
    }

    @Test
    void frameHasItsTimeLengthsDirectionAndVerdict() throws IOException {
        Block packet = written(frame(TracedFrame.Way.TO_LINE, 61, 1500)).getLast();
        assertThat(packet.type()).isEqualTo(6);
        ByteBuffer body = packet.body();
        assertThat(body.getInt()).as("interface").isZero();
        long nanos = (long) body.getInt() << 32 | body.getInt() & 0xffff_ffffL;
        assertThat(Instant.EPOCH.plusNanos(nanos)).isEqualTo(TIME);
        assertThat(body.getInt()).isEqualTo(61);
        assertThat(body.getInt()).isEqualTo(1500);
        body.position(body.position() + 64);
        assertThat(body.getShort()).as("flags").isEqualTo((short) 2);
        assertThat(body.getShort()).isEqualTo((short) 4);
        assertThat(body.getInt()).as("outbound").isEqualTo(2);
        assertThat(body.getShort()).as("comment").isEqualTo((short) 1);
        byte[] comment = new byte[body.getShort()];
        body.get(comment);
        assertThat(Bytes.adopt(comment).toUtf8()).isEqualTo("first; drop: second");
    }

    @Test
    void largestFrameFits() throws IOException {
        assertThat(written(
                        frame(TracedFrame.Way.FROM_LINE, TraceRequest.SNAP_MAX, 9000),
                        frame(TracedFrame.Way.FROM_CORE, 0, 60)))
                .hasSize(5);
    }
}
