package sluice.shell;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.net.Bytes;

/**
 * Writes frames as pcapng (draft-ietf-opsawg-pcapng), which tcpdump and Wireshark read. Interface 0 is the access line,
 * where frames have their tags, interface 1 the core, for frames that did not get to the line. Each frame has its
 * direction as the gateway sees it, and its verdict as a comment. For one thread.
 *
 * <pre>
 * block: type u32 | length u32 | body, padded to 4 bytes | length u32
 * option: code u16 | length u16 | value, padded to 4 bytes
 * </pre>
 */
final class PcapWriter {

    private static final int SECTION = 0x0a0d0d0a;
    private static final int BYTE_ORDER = 0x1a2b3c4d;
    private static final int INTERFACE = 1;
    private static final int ENHANCED_PACKET = 6;
    private static final int ETHERNET = 1;
    private static final int OPTION_END = 0;
    private static final int OPTION_COMMENT = 1;
    private static final int OPTION_NAME = 2;
    private static final int OPTION_FLAGS = 2;
    private static final int OPTION_RESOLUTION = 9;
    private static final int NANOSECONDS = 9;
    private static final int INBOUND = 1;
    private static final int OUTBOUND = 2;
    private static final int LINE = 0;
    private static final int CORE = 1;
    private static final int BLOCK_MAX = TraceRequest.SNAP_MAX + 4096;
    private static final int COMMENT_MAX = 1024;

    private final WritableByteChannel out;
    private final ByteBuffer block = ByteBuffer.allocate(BLOCK_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    /** Begins a file. */
    PcapWriter(WritableByteChannel out) throws IOException {
        this.out = out;
        begin(SECTION);
        block.putInt(BYTE_ORDER).putShort((short) 1).putShort((short) 0).putLong(-1);
        end();
        describe("line");
        describe("core");
    }

    private void describe(String name) throws IOException {
        begin(INTERFACE);
        block.putShort((short) ETHERNET).putShort((short) 0).putInt(TraceRequest.SNAP_MAX);
        option(OPTION_NAME, Bytes.utf8(name));
        option(OPTION_RESOLUTION, Bytes.of(NANOSECONDS));
        option(OPTION_END, Bytes.EMPTY);
        end();
    }

    /** Bytes of the file so far. */
    long written() {
        return written;
    }

    void write(TracedFrame frame) throws IOException {
        boolean inbound = frame.way() != TracedFrame.Way.TO_LINE;
        long time = Duration.between(Instant.EPOCH, frame.time()).toNanos();
        begin(ENHANCED_PACKET);
        block.putInt(frame.way() == TracedFrame.Way.FROM_CORE ? CORE : LINE);
        block.putInt((int) (time >>> 32)).putInt((int) time);
        block.putInt(frame.bytes().length()).putInt(frame.length());
        frame.bytes().writeTo(block);
        pad();
        option(OPTION_FLAGS, Bytes.of(inbound ? INBOUND : OUTBOUND, 0, 0, 0));
        option(OPTION_COMMENT, comment(frame));
        option(OPTION_END, Bytes.EMPTY);
        end();
    }

    private static Bytes comment(TracedFrame frame) {
        byte[] text = String.join("; ", frame.verdicts()).getBytes(StandardCharsets.US_ASCII);
        return Bytes.copyOf(text, 0, Math.min(text.length, COMMENT_MAX));
    }

    private void begin(int type) {
        block.clear();
        block.putInt(type).putInt(0);
    }

    private void option(int code, Bytes value) {
        block.putShort((short) code).putShort((short) value.length());
        value.writeTo(block);
        pad();
    }

    private void pad() {
        while (block.position() % 4 != 0) {
            block.put((byte) 0);
        }
    }

    private void end() throws IOException {
        int length = block.position() + Integer.BYTES;
        block.putInt(length).putInt(Integer.BYTES, length).flip();
        while (block.hasRemaining()) {
            written += out.write(block);
        }
    }
}
