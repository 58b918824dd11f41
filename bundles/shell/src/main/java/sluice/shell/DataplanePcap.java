package sluice.shell;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Reference;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;

/** {@code dataplane:pcap}. */
@Service
@Command(
        scope = "dataplane",
        name = "pcap",
        description =
                "Write one subscriber's frames, with tags and verdicts, to a file in data/captures. Ctrl-C ends it.")
@SuppressWarnings("NullAway.Init") // Karaf sets the reference
public final class DataplanePcap extends TraceAction {

    private static final int FRAMES_PER_SECOND = 20_000;
    private static final long BYTES_MIN = 1000;
    private static final long BYTES_MAX = 1_000_000_000;

    @Argument(index = 1, name = "file", description = "Name of a new file, for example smith.pcapng", required = true)
    String file = "";

    @Option(name = "--bytes", description = "At most so many bytes in the file, 1000 to 1000000000")
    long bytes = 10_000_000;

    @Reference
    Captures captures;

    private int written;

    @Override
    void run() throws CommandException {
        if (bytes < BYTES_MIN || bytes > BYTES_MAX) {
            throw failure("--bytes is " + bytes + ", expected " + BYTES_MIN + " to " + BYTES_MAX + ".");
        }
        try (FileChannel channel = captures.create(file)) {
            PcapWriter writer = new PcapWriter(channel);
            Trace.Loss loss = look(TraceRequest.SNAP_MAX, FRAMES_PER_SECOND, frame -> take(writer, frame));
            report(writer.written(), loss);
        } catch (IOException | UncheckedIOException refusal) {
            throw failure("The file cannot be written: " + refusal + ".");
        } catch (IllegalArgumentException refusal) {
            throw failure(refusal.getMessage() + ".");
        }
    }

    private boolean take(PcapWriter writer, TracedFrame frame) {
        try {
            writer.write(frame);
        } catch (IOException refusal) {
            throw new UncheckedIOException(refusal);
        }
        written++;
        return writer.written() < bytes;
    }

    private void report(long size, Trace.Loss loss) {
        String path = captures.file(file).toString();
        if (json) {
            out.println(new JsonWriter()
                    .beginObject()
                    .name("data")
                    .beginObject()
                    .field("file", path)
                    .field("frames", written)
                    .field("bytes", size)
                    .field("over_rate", loss.overRate())
                    .field("lost", loss.overrun())
                    .endObject()
                    .endObject());
        } else {
            out.println(written + (written == 1 ? " frame" : " frames") + " in " + path + ", " + Amounts.bytes(size)
                    + told(loss));
        }
    }
}
