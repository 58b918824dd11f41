package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The options of LCP (RFC 1661, 6), for links over Ethernet (RFC 2516, 7; RFC 4638): MRU, authentication protocol and
 * magic number. Whatever belongs to serial lines (ACCM, compression of fields, FCS alternatives) is rejected.
 *
 * @param limit largest MRU that discovery allows, bytes
 * @param mru what we ask for, 0 when the peer refuses to hear of it
 * @param method what the peer has to do; empty when nothing
 * @param refused methods that the peer does not know or want
 * @param magic our magic number, 0 when the peer refuses to hear of it
 * @param peerMru largest packet that the peer takes, never above the limit
 * @param peerMagic the peer's magic number, 0 when it has none
 * @param loops how often our own magic number came back in a row, 0..255
 * @param failure why there will be no agreement
 */
record LcpOptions(
        int limit,
        int mru,
        Optional<AuthenticationMethod> method,
        List<AuthenticationMethod> refused,
        int magic,
        int peerMru,
        int peerMagic,
        int loops,
        Optional<LinkEnd> failure)
        implements OptionSet<LcpOptions> {
    static final int MRU = 1;
    static final int ACCM = 2;
    static final int AUTHENTICATION = 3;
    static final int QUALITY = 4;
    static final int MAGIC = 5;
    static final int PROTOCOL_COMPRESSION = 7;
    static final int ADDRESS_COMPRESSION = 8;

    /** What a peer takes that says nothing (RFC 1661, 6.1). */
    static final int MRU_DEFAULT = 1500;

    /** Every host takes an IPv4 packet of this size (RFC 791, 3.1). */
    static final int MRU_MIN = 576;

    private static final int LOOPS_MAX = 255;

    LcpOptions {
        refused = List.copyOf(refused);
        if (limit < MRU_MIN || limit >>> 16 != 0) {
            throw new IllegalArgumentException("MRU limit " + limit + ", expected 576..65535");
        }
    }

    /** What is asked of a new peer. */
    static LcpOptions begin(int limit, LayerContext context) {
        return new LcpOptions(
                limit,
                limit,
                context.settings().methods().stream().findFirst(),
                List.of(),
                number(context.random(), 0, 0),
                Math.min(limit, MRU_DEFAULT),
                0,
                0,
                Optional.empty());
    }

    @Override
    public List<PppOption> request() {
        List<PppOption> options = new ArrayList<>(3);
        if (mru != 0) {
            options.add(PppOption.u16(MRU, mru));
        }
        method.ifPresent(wanted -> options.add(wanted.option()));
        if (magic != 0) {
            options.add(PppOption.i32(MAGIC, magic));
        }
        return options;
    }

    @Override
    public Answer<LcpOptions> judge(List<PppOption> asked, boolean mayNak, LayerContext context) {
        Answer.Draft draft = new Answer.Draft();
        int askedMru = Math.min(limit, MRU_DEFAULT);
        int askedMagic = 0;
        for (PppOption option : asked) {
            switch (option.type()) {
                case MRU -> {
                    if (option.is(MRU, 2) && option.number() >= MRU_MIN && option.number() <= limit) {
                        askedMru = (int) option.number();
                        draft.accept(option);
                    } else {
                        draft.nak(option, PppOption.u16(MRU, limit));
                    }
                }
                case MAGIC -> {
                    if (option.is(MAGIC, 4) && magic != 0 && (int) option.number() == magic) {
                        return looped(context);
                    }
                    if (option.is(MAGIC, 4) && option.number() != 0) {
                        askedMagic = (int) option.number();
                        draft.accept(option);
                    } else {
                        draft.nak(option, PppOption.i32(MAGIC, number(context.random(), magic, 0)));
                    }
                }
                default -> draft.reject(option);
            }
        }
        LcpOptions heard = heard(peerMru, peerMagic);
        return draft.answer(mayNak, heard, heard(askedMru, askedMagic));
    }

    /** Our own magic number came back (RFC 1661, 6.4): chance, or all we hear is ourselves. */
    private Answer<LcpOptions> looped(LayerContext context) {
        int again = Math.min(loops + 1, LOOPS_MAX);
        Optional<LinkEnd> end =
                again >= context.settings().maxFailure() ? Optional.of(LinkEnd.LOOPED) : Optional.empty();
        LcpOptions next =
                new LcpOptions(limit, mru, method, refused, magic, peerMru, peerMagic, again, failure.or(() -> end));
        PppOption other = PppOption.i32(MAGIC, number(context.random(), magic, 0));
        return new Answer<>(ControlPacket.CONFIGURE_NAK, List.of(other), next);
    }

    private LcpOptions heard(int newPeerMru, int newPeerMagic) {
        return new LcpOptions(limit, mru, method, refused, magic, newPeerMru, newPeerMagic, 0, failure);
    }

    @Override
    public LcpOptions nakked(List<PppOption> wanted, LayerContext context) {
        LcpOptions next = this;
        for (PppOption option : wanted) {
            next = switch (option.type()) {
                case MRU -> next.withMru(option.is(MRU, 2) ? (int) option.number() : 0);
                case AUTHENTICATION -> next.withoutMethod(AuthenticationMethod.of(option), context);
                case MAGIC -> next.withMagic(number(context.random(), magic, (int) option.number()));
                default -> next;
            };
        }
        return next;
    }

    @Override
    public LcpOptions rejected(List<PppOption> refusedOptions, LayerContext context) {
        LcpOptions next = this;
        for (PppOption option : refusedOptions) {
            next = switch (option.type()) {
                case MRU -> next.withMru(0);
                case AUTHENTICATION -> next.withoutAnyMethod(context);
                case MAGIC -> next.withMagic(0);
                default -> next;
            };
        }
        return next;
    }

    /** A smaller packet is fine with us; what we cannot take is not asked for any more. */
    private LcpOptions withMru(int wanted) {
        int taken = wanted >= MRU_MIN && wanted <= limit && wanted != mru ? wanted : 0;
        return new LcpOptions(limit, taken, method, refused, magic, peerMru, peerMagic, loops, failure);
    }

    private LcpOptions withMagic(int number) {
        return new LcpOptions(limit, mru, method, refused, magic == 0 ? 0 : number, peerMru, peerMagic, loops, failure);
    }

    /** The peer's own proposal if it is one of ours, else the next in the operator's order. */
    private LcpOptions withoutMethod(Optional<AuthenticationMethod> proposal, LayerContext context) {
        if (method.isEmpty()) {
            return this;
        }
        List<AuthenticationMethod> no = new ArrayList<>(refused);
        no.add(method.get());
        List<AuthenticationMethod> left = context.settings().methods().stream()
                .filter(candidate -> !no.contains(candidate))
                .toList();
        return withMethod(proposal.filter(left::contains).or(() -> left.stream().findFirst()), no, context);
    }

    private LcpOptions withoutAnyMethod(LayerContext context) {
        return withMethod(Optional.empty(), context.settings().methods(), context);
    }

    private LcpOptions withMethod(
            Optional<AuthenticationMethod> next, List<AuthenticationMethod> no, LayerContext context) {
        Optional<LinkEnd> end = next.isEmpty() && !context.settings().noneAllowed()
                ? Optional.of(loops > 0 ? LinkEnd.LOOPED : LinkEnd.AUTHENTICATION_REFUSED)
                : Optional.empty();
        return new LcpOptions(limit, mru, next, no, magic, peerMru, peerMagic, loops, failure.or(() -> end));
    }

    /** A random magic number that is none of these and not zero. */
    private static int number(RandomGenerator random, int notThis, int norThat) {
        int number = random.nextInt();
        while (number == 0 || number == notThis || number == norThat) {
            number++;
        }
        return number;
    }
}
