package sluice.pppoe;

import java.util.List;
import java.util.Optional;

/**
 * The options of one control protocol in negotiation: what we ask for and what the peer got. Immutable.
 *
 * @param <O> itself
 */
interface OptionSet<O extends OptionSet<O>> {

    /** The options of our next Configure-Request. */
    List<PppOption> request();

    /**
     * What the peer is answered.
     *
     * @param asked in the order of its Configure-Request
     * @param mayNak false when it was told often enough what would be acceptable (Max-Failure; RFC 1661, 4.6)
     */
    Answer<O> judge(List<PppOption> asked, boolean mayNak, LayerContext context);

    /** What we ask for after a Configure-Nak. */
    O nakked(List<PppOption> wanted, LayerContext context);

    /** What we ask for after a Configure-Reject. */
    O rejected(List<PppOption> refused, LayerContext context);

    /** Why these options will never be agreed upon. */
    Optional<LinkEnd> failure();
}
