package sluice.pppoe;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * The options of IPv6CP (RFC 5072, 4): an interface identifier for each side, neither zero nor equal. Compression (RFC
 * 5172) is rejected.
 *
 * @param own our identifier, 0 when the peer refuses to hear of it
 * @param granted the identifier that RADIUS gives the peer; empty when it may have any
 * @param peer the peer's identifier, 0 while it has none
 */
record Ipv6cpOptions(long own, OptionalLong granted, long peer) implements OptionSet<Ipv6cpOptions> {
    static final int INTERFACE_ID = 1;
    static final int COMPRESSION = 2;

    private static final int LENGTH = 8;

    /** The bit that says that an identifier is unique in the world: not so of a random one (RFC 5072, 4.1). */
    private static final long UNIVERSAL = 0x0200_0000_0000_0000L;

    /** Before the peer is known. */
    static final Ipv6cpOptions NONE = new Ipv6cpOptions(0, OptionalLong.empty(), 0);

    Ipv6cpOptions {
        if (granted.isPresent() && granted.getAsLong() == 0) {
            throw new IllegalArgumentException("Interface identifier zero is granted");
        }
    }

    static Ipv6cpOptions begin(OptionalLong granted, LayerContext context) {
        return new Ipv6cpOptions(identifier(context.random(), granted.orElse(0), 0), granted, 0);
    }

    @Override
    public List<PppOption> request() {
        return own == 0 ? List.of() : List.of(PppOption.u64(INTERFACE_ID, own));
    }

    @Override
    public Answer<Ipv6cpOptions> judge(List<PppOption> asked, boolean mayNak, LayerContext context) {
        Answer.Draft draft = new Answer.Draft();
        long identifier = 0;
        boolean asks = false;
        for (PppOption option : asked) {
            if (option.type() != INTERFACE_ID) {
                draft.reject(option);
            } else if (option.value().length() == LENGTH && isGood(option.number())) {
                asks = true;
                identifier = option.number();
                draft.accept(option);
            } else {
                asks = true;
                draft.nak(option, suggestion(context));
            }
        }
        if (!asks) {
            draft.miss(suggestion(context));
        }
        return draft.answer(mayNak, this, new Ipv6cpOptions(own, granted, identifier));
    }

    private boolean isGood(long identifier) {
        return granted.isPresent() ? identifier == granted.getAsLong() : identifier != 0 && identifier != own;
    }

    private PppOption suggestion(LayerContext context) {
        return PppOption.u64(INTERFACE_ID, granted.orElseGet(() -> identifier(context.random(), own, 0)));
    }

    /** What the peer suggests is for it to find equal to its own the next time; ours stays random. */
    @Override
    public Ipv6cpOptions nakked(List<PppOption> wanted, LayerContext context) {
        return own != 0 && wanted.stream().anyMatch(option -> option.type() == INTERFACE_ID)
                ? new Ipv6cpOptions(identifier(context.random(), granted.orElse(peer), own), granted, peer)
                : this;
    }

    @Override
    public Ipv6cpOptions rejected(List<PppOption> refused, LayerContext context) {
        return refused.stream().anyMatch(option -> option.type() == INTERFACE_ID)
                ? new Ipv6cpOptions(0, granted, peer)
                : this;
    }

    @Override
    public Optional<LinkEnd> failure() {
        return Optional.empty();
    }

    /** A random identifier that is none of these and not zero. */
    private static long identifier(RandomGenerator random, long notThis, long norThat) {
        long identifier = random.nextLong() & ~UNIVERSAL;
        while (identifier == 0 || identifier == notThis || identifier == norThat) {
            identifier = (identifier + 1) & ~UNIVERSAL;
        }
        return identifier;
    }
}
