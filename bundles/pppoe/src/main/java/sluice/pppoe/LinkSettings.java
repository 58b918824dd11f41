package sluice.pppoe;

import java.time.Duration;
import java.util.List;

/**
 * How the operator wants links.
 *
 * @param methods of authentication, the preferred one first; empty only with {@code noneAllowed}
 * @param noneAllowed whether a peer that proves nothing is taken for what its line says
 * @param families network protocols offered
 * @param name of this gateway in challenges, 1..255 bytes
 * @param restart time to a repetition of a request (RFC 1661, 4.6), more than zero
 * @param maxConfigure Configure-Requests, challenges, or rounds of Naks without an agreement, 1..255
 * @param maxTerminate Terminate-Requests without an answer, 1..255
 * @param maxFailure Configure-Naks before options are rejected instead, and loops before a link counts as looped back,
 *     1..255
 * @param papFailures wrong passwords before the link ends, 1..255
 * @param rechallenge time between challenges of an open link, zero: never
 * @param echo time between Echo-Requests to a silent peer, more than zero
 * @param echoMisses Echo-Requests without an answer after which a peer is dead, 1..255
 * @param setup longest time until a network protocol is open, more than zero
 */
record LinkSettings(
        List<AuthenticationMethod> methods,
        boolean noneAllowed,
        Families families,
        String name,
        Duration restart,
        int maxConfigure,
        int maxTerminate,
        int maxFailure,
        int papFailures,
        Duration rechallenge,
        Duration echo,
        int echoMisses,
        Duration setup) {

    /** What holds when the operator says nothing. */
    static final LinkSettings DEFAULT = new LinkSettings(
            List.of(AuthenticationMethod.CHAP_MD5, AuthenticationMethod.MS_CHAP2, AuthenticationMethod.PAP),
            false,
            Families.DUAL,
            "sluice",
            Duration.ofSeconds(3),
            10,
            2,
            5,
            1,
            Duration.ZERO,
            Duration.ofSeconds(30),
            3,
            Duration.ofSeconds(50));

    private static final int NAME_MAX = 255;

    LinkSettings {
        methods = List.copyOf(methods);
        if (methods.isEmpty() && !noneAllowed) {
            throw new IllegalArgumentException("No method of authentication, and none is not allowed");
        }
        if (methods.stream().distinct().count() != methods.size()) {
            throw new IllegalArgumentException("A method of authentication twice in " + methods);
        }
        if (name.isEmpty() || name.getBytes(java.nio.charset.StandardCharsets.UTF_8).length > NAME_MAX) {
            throw new IllegalArgumentException("Name \"" + name + "\", expected 1..255 bytes");
        }
        checkCount("Configure-Requests", maxConfigure);
        checkCount("Terminate-Requests", maxTerminate);
        checkCount("Configure-Naks", maxFailure);
        checkCount("PAP failures", papFailures);
        checkCount("echo misses", echoMisses);
        checkTime("Restart time", restart);
        checkTime("Echo interval", echo);
        checkTime("Setup time", setup);
        if (rechallenge.isNegative()) {
            throw new IllegalArgumentException("Rechallenge interval " + rechallenge + ", expected zero or more");
        }
    }

    private static void checkCount(String what, int count) {
        if (count < 1 || count > 255) {
            throw new IllegalArgumentException(count + " " + what + ", expected 1..255");
        }
    }

    private static void checkTime(String what, Duration time) {
        if (time.toMillis() < 1) {
            throw new IllegalArgumentException(what + " " + time + ", expected 1 ms or more");
        }
    }
}
