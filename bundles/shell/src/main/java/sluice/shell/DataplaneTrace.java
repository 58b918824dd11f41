package sluice.shell;

import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.apache.karaf.shell.support.CommandException;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TracedFrame;

/** {@code dataplane:trace}. */
@Service
@Command(
        scope = "dataplane",
        name = "trace",
        description = "One subscriber's frames and what becomes of each, refused ones too. Ctrl-C ends it.")
public final class DataplaneTrace extends TraceAction {

    private static final int SNAP = 128;
    private static final int FRAMES_PER_SECOND = 200;
    private static final int PACKETS_MAX = 100_000;
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSSSSS", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Option(name = "--packets", description = "At most so many frames, 1 to 100000")
    int packets = 1000;

    private int shown;

    @Override
    void run() throws CommandException {
        if (packets < 1 || packets > PACKETS_MAX) {
            throw failure("--packets is " + packets + ", expected 1 to " + PACKETS_MAX + ".");
        }
        Trace.Loss loss = look(SNAP, FRAMES_PER_SECOND, this::show);
        if (!json) {
            out.println(shown + (shown == 1 ? " frame" : " frames") + told(loss));
        }
    }

    private boolean show(TracedFrame frame) {
        String way = frame.way() == TracedFrame.Way.FROM_LINE ? "up" : "down";
        String verdict = String.join("; ", frame.verdicts());
        String what = FrameText.of(frame.bytes());
        if (json) {
            out.println(new JsonWriter()
                    .beginObject()
                    .field("time", frame.time().toString())
                    .field("direction", way)
                    .field("seen", frame.way().name().toLowerCase(Locale.ROOT))
                    .field("length", frame.length())
                    .field("verdict", verdict)
                    .name("dropped")
                    .value(frame.dropped())
                    .field("frame", what)
                    .endObject());
        } else {
            out.printf(
                    Locale.ROOT,
                    "%s %-4s %4d  %s  [%s]%n",
                    TIME.format(frame.time()),
                    way,
                    frame.length(),
                    Printable.of(what),
                    verdict);
        }
        out.flush();
        return ++shown < packets;
    }
}
