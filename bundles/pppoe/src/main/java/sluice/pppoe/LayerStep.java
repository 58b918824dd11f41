package sluice.pppoe;

import java.util.List;
import java.util.Optional;
import sluice.net.Bytes;

/**
 * What became of a layer.
 *
 * @param send whole PPP frames, in order
 * @param changes what the layers above and below are to know, in order, behind the frames
 * @param failure why the layer has to be closed
 * @param counted what was rejected or ignored
 */
record LayerStep<O extends OptionSet<O>>(
        Layer<O> layer,
        List<Bytes> send,
        List<Change> changes,
        Timer timer,
        Optional<LinkEnd> failure,
        List<LinkCounter> counted) {

    LayerStep {
        send = List.copyOf(send);
        changes = List.copyOf(changes);
        counted = List.copyOf(counted);
    }

    /** The This-Layer actions of RFC 1661, 4.4. */
    enum Change {
        UP,
        DOWN,
        STARTED,
        FINISHED
    }

    /** What is to be done with the restart timer. */
    enum Timer {
        KEEP,
        ARM,
        DISARM
    }
}
