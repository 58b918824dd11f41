package sluice.shell;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.support.CommandException;
import sluice.dataplane.api.DataPlaneException;
import sluice.dataplane.api.ProbedEntry;
import sluice.dataplane.api.SubscriberEntry;
import sluice.dataplane.api.Trace;
import sluice.dataplane.api.TraceRequest;
import sluice.dataplane.api.TracedFrame;
import sluice.net.Bytes;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.Ip6Prefix;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.session.api.SessionInfo;

/**
 * What the commands that look at one subscriber's frames share: whose they are, and when it is enough. An interrupt
 * (Ctrl-C) ends them as time does; so does a terminal that is gone.
 */
abstract class TraceAction extends DataplaneAction {

    private static final long MAPPED = 0xffff_0000_0000L;
    private static final int MAPPED_BITS = 96;
    private static final Duration LOOK = Duration.ofMillis(200);

    @Option(name = "--seconds", description = "How long to look, 1 to 3600")
    int seconds = 10;

    @Option(name = "--device", description = "Only frames of the device, not those of others on its line")
    boolean device;

    /** Takes frames while it wants more. */
    interface Taker {
        boolean take(TracedFrame frame) throws CommandException;
    }

    /** Looks until the time is over or the taker has enough; what could not be shown. */
    final Trace.Loss look(int snap, int framesPerSecond, Taker taker) throws CommandException {
        TraceRequest request = request(snap, framesPerSecond);
        try (Trace trace = probe().trace(request)) {
            boolean more = true;
            while (more && !trace.isOver() && !out.checkError()) {
                for (TracedFrame frame : next(trace)) {
                    more = more && taker.take(frame);
                }
                more = more && !Thread.currentThread().isInterrupted();
            }
            return trace.lost();
        } catch (DataPlaneException refusal) {
            throw failure("The data plane refuses: " + refusal.getMessage() + ".");
        }
    }

    /** The operator's Ctrl-C is no error: what was seen is still summed up. */
    private static List<TracedFrame> next(Trace trace) {
        try {
            return trace.next(LOOK);
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private TraceRequest request(int snap, int framesPerSecond) throws CommandException {
        try {
            List<SessionInfo> sessions = meant();
            List<ProbedEntry> entries = entries(sessions);
            if (sessions.size() > 1 || entries.size() > 1) {
                throw failure(Printable.of(who) + " has several sessions; name one by its id.");
            }
            Optional<SubscriberEntry> entry =
                    entries.stream().map(ProbedEntry::entry).findFirst();
            Optional<SessionInfo> session = sessions.stream().findFirst();
            Optional<MacAddress> typed =
                    selector(who) instanceof SessionSelector.ByMac(var mac) ? Optional.of(mac) : Optional.empty();
            MacAddress mac = entry.map(SubscriberEntry::mac)
                    .or(() -> session.map(one -> one.key().mac()))
                    .or(() -> typed)
                    .orElseThrow(() -> failure("There is no session " + Printable.of(who) + "."));
            Optional<LineId> line = entry.map(one -> LineId.of(one.port(), one.tags(), Bytes.EMPTY, Bytes.EMPTY))
                    .or(() -> session.map(one -> one.key().line()));
            List<Ip4> addresses = entry
                    .map(SubscriberEntry::address)
                    .or(() -> session.flatMap(SessionInfo::address))
                    .filter(address -> !address.equals(Ip4.ANY))
                    .stream()
                    .toList();
            List<Ip6Prefix> prefixes = entry.map(TraceAction::networks).orElse(List.of());
            LineId place = line.orElse(new LineId(0, 0, 0, Bytes.EMPTY, Bytes.EMPTY));
            boolean wholeLine = !device && line.isPresent() && isAlone(place);
            Duration limit = Duration.ofSeconds(seconds);
            return new TraceRequest(place, mac, wholeLine, addresses, prefixes, snap, framesPerSecond, limit);
        } catch (IllegalArgumentException refusal) {
            throw failure(refusal.getMessage() + ".");
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
            throw failure("Interrupted.");
        }
    }

    /** Says whether nobody else has the VLANs of a line, so that all that comes from there is this subscriber's. */
    private boolean isAlone(LineId line) throws CommandException {
        String place = SessionSelector.place(line);
        return line.svlan() != 0
                && probe().find(entry -> SessionSelector.place(entry).equals(place))
                                .size()
                        <= 1;
    }

    /** What to say of frames that were not shown. */
    static String told(Trace.Loss loss) {
        return (loss.overRate() == 0 ? "" : ", " + loss.overRate() + " more over the rate of the trace")
                + (loss.overrun() == 0 ? "" : ", " + loss.overrun() + " lost");
    }

    /** IPv6 prefixes, and IPv4 routes as mapped ones. */
    private static List<Ip6Prefix> networks(SubscriberEntry entry) {
        Stream<Ip6Prefix> mapped = entry.routes().stream()
                .map(route -> new Ip6Prefix(
                        new Ip6(
                                0,
                                MAPPED | Integer.toUnsignedLong(route.network().bits())),
                        MAPPED_BITS + route.length()));
        return Stream.concat(entry.prefixes().stream(), mapped).toList();
    }
}
