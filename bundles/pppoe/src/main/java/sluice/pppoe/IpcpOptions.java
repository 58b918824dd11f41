package sluice.pppoe;

import java.util.List;
import java.util.Optional;
import sluice.net.Ip4;

/**
 * The options of IPCP (RFC 1332, 3; RFC 1877): the peer gets one address and is told it until it asks for it, and name
 * servers. What nobody should use any more is rejected: IP-Addresses, compression of headers, NetBIOS name servers.
 *
 * @param gateway our own address
 * @param tells whether we say it; not when the peer refuses to hear of it
 * @param address the peer's
 * @param dns name servers, at most two
 * @param naks how often the peer wanted another address for us, 0..255
 */
record IpcpOptions(Ip4 gateway, boolean tells, Ip4 address, List<Ip4> dns, int naks) implements OptionSet<IpcpOptions> {
    static final int ADDRESSES = 1;
    static final int COMPRESSION = 2;
    static final int ADDRESS = 3;
    static final int PRIMARY_DNS = 129;
    static final int PRIMARY_NBNS = 130;
    static final int SECONDARY_DNS = 131;
    static final int SECONDARY_NBNS = 132;

    /** Before an address is granted. */
    static final IpcpOptions NONE = new IpcpOptions(Ip4.ANY, false, Ip4.ANY, List.of(), 0);

    private static final int SERVERS_MAX = 2;
    private static final int NAKS_MAX = 255;

    IpcpOptions {
        dns = dns.size() > SERVERS_MAX ? List.copyOf(dns.subList(0, SERVERS_MAX)) : List.copyOf(dns);
    }

    /** What a peer is told to whom that address was granted. */
    static IpcpOptions begin(LinkEvent.AddressGranted grant) {
        return new IpcpOptions(grant.gateway(), true, grant.address(), grant.dns(), 0);
    }

    @Override
    public List<PppOption> request() {
        return tells ? List.of(PppOption.ip4(ADDRESS, gateway)) : List.of();
    }

    @Override
    public Answer<IpcpOptions> judge(List<PppOption> asked, boolean mayNak, LayerContext context) {
        Answer.Draft draft = new Answer.Draft();
        boolean asksForAddress = false;
        for (PppOption option : asked) {
            switch (option.type()) {
                case ADDRESS -> {
                    asksForAddress = true;
                    judge(draft, option, address);
                }
                case PRIMARY_DNS -> judgeServer(draft, option, 0);
                case SECONDARY_DNS -> judgeServer(draft, option, 1);
                default -> draft.reject(option);
            }
        }
        if (!asksForAddress) {
            draft.miss(PppOption.ip4(ADDRESS, address));
        }
        return draft.answer(mayNak, this, this);
    }

    private void judgeServer(Answer.Draft draft, PppOption option, int index) {
        if (index < dns.size()) {
            judge(draft, option, dns.get(index));
        } else {
            draft.reject(option);
        }
    }

    private static void judge(Answer.Draft draft, PppOption option, Ip4 right) {
        PppOption instead = PppOption.ip4(option.type(), right);
        if (option.equals(instead)) {
            draft.accept(option);
        } else {
            draft.nak(option, instead);
        }
    }

    /** Our address is the gateway's. A peer that insists on another one is not told ours any more. */
    @Override
    public IpcpOptions nakked(List<PppOption> wanted, LayerContext context) {
        return wanted.stream().anyMatch(option -> option.type() == ADDRESS)
                ? new IpcpOptions(
                        gateway,
                        tells && naks + 1 < context.settings().maxFailure(),
                        address,
                        dns,
                        Math.min(naks + 1, NAKS_MAX))
                : this;
    }

    @Override
    public IpcpOptions rejected(List<PppOption> refused, LayerContext context) {
        return refused.stream().anyMatch(option -> option.type() == ADDRESS)
                ? new IpcpOptions(gateway, false, address, dns, naks)
                : this;
    }

    @Override
    public Optional<LinkEnd> failure() {
        return Optional.empty();
    }
}
