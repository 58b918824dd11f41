package sluice.pppoe;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.session.api.Credentials;

/**
 * One step of authentication: PAP (RFC 1334), CHAP with MD5 (RFC 1994) or MS-CHAPv2 (RFC 2759). Nobody is accepted but
 * by {@link #accepted}. Made for the step and thrown away behind it.
 */
final class AuthenticationTurn {
    private static final String FAILED = "Authentication failed";
    private static final int NAME_MAX = 253;
    private static final int FAILURES_MAX = 255;

    private final LayerContext context;
    private final List<LinkAction> actions = new ArrayList<>(3);

    private Authentication.Stage stage;
    private Optional<AuthenticationMethod> method;
    private int id;
    private int nextId;
    private Bytes challenge;
    private int triesLeft;
    private int failures;
    private Optional<ControlPacket> answer;
    private Optional<String> userName;
    private boolean known;
    private final boolean superseded;
    private boolean passed;
    private Optional<LinkEnd> failure = Optional.empty();

    AuthenticationTurn(Authentication before, LayerContext context) {
        this.context = context;
        this.stage = before.stage();
        this.method = before.method();
        this.id = before.id();
        this.nextId = before.nextId();
        this.challenge = before.challenge();
        this.triesLeft = before.triesLeft();
        this.failures = before.failures();
        this.answer = before.answer();
        this.userName = before.userName();
        this.known = before.known();
        this.superseded = before.superseded();
    }

    /**
     * What became of it.
     *
     * @param passed the peer is who it says, as of this step
     * @param failure why the link has to end
     */
    record Result(Authentication next, List<LinkAction> actions, boolean passed, Optional<LinkEnd> failure) {
        Result {
            actions = List.copyOf(actions);
        }
    }

    /** Begins with that method; with none the line is the proof. */
    Result begin(Optional<AuthenticationMethod> agreed) {
        method = agreed;
        answer = Optional.empty();
        triesLeft = context.settings().maxConfigure();
        if (agreed.isEmpty()) {
            ask(Optional.empty(), Optional.empty());
        } else {
            stage = Authentication.Stage.WAITING;
            if (agreed.get() != AuthenticationMethod.PAP) {
                freshChallenge();
            }
            tryOnce();
        }
        return result();
    }

    /** Challenges the peer of an open link anew (RFC 1994, 2). */
    Result challengeAgain() {
        if (stage == Authentication.Stage.DONE && method.isPresent() && method.get() != AuthenticationMethod.PAP) {
            actions.add(new LinkAction.Count(LinkCounter.RECHALLENGED));
            return begin(method);
        }
        return result();
    }

    /** Nothing came from the peer for a while. */
    Result timeout() {
        if (stage == Authentication.Stage.WAITING) {
            if (triesLeft == 0) {
                failure = Optional.of(LinkEnd.AUTHENTICATION_TIMEOUT);
            } else {
                tryOnce();
            }
        }
        return result();
    }

    private void freshChallenge() {
        byte[] value = new byte[ChapPacket.CHALLENGE_LENGTH];
        context.random().nextBytes(value);
        challenge = Bytes.adopt(value);
        id = nextId;
        nextId = (nextId + 1) & 0xff;
    }

    private void tryOnce() {
        triesLeft--;
        if (method.isPresent() && method.get() != AuthenticationMethod.PAP) {
            Bytes data = ChapPacket.challenge(challenge, context.settings().name());
            transmit(new ControlPacket(ChapPacket.CHALLENGE, id, data));
        }
        actions.add(
                new LinkAction.Arm(LinkTimer.AUTHENTICATION, context.settings().restart()));
    }

    /**
     * A packet of the method's protocol.
     *
     * @throws MalformedPacket when its fields do not fit
     */
    Result receive(ControlPacket packet) throws MalformedPacket {
        boolean pap = method.filter(AuthenticationMethod.PAP::equals).isPresent();
        if (packet.code() != (pap ? PapPacket.REQUEST : ChapPacket.RESPONSE)) {
            actions.add(new LinkAction.Count(LinkCounter.UNKNOWN_AUTHENTICATION));
        } else if (pap) {
            onPap(packet);
        } else {
            onChap(packet);
        }
        return result();
    }

    private void onPap(ControlPacket packet) throws MalformedPacket {
        PapPacket.Request request = PapPacket.Request.decode(packet.data());
        id = packet.id();
        switch (stage) {
            case WAITING ->
                proved(request.name(), new Credentials.Pap(request.password().compact()));
            case DONE -> answer.ifPresent(told -> tell(told.code(), told.data()));
            case IDLE, ASKING -> {
                // the answer goes to the newest request
            }
        }
    }

    private void onChap(ControlPacket packet) throws MalformedPacket {
        ChapPacket.Response response = ChapPacket.Response.decode(packet.data());
        boolean microsoft = method.filter(AuthenticationMethod.MS_CHAP2::equals).isPresent();
        if (response.value().length() != (microsoft ? ChapPacket.MS_CHAP2_LENGTH : ChapPacket.MD5_LENGTH)) {
            throw new MalformedPacket(PppFault.BAD_CREDENTIALS, ControlPacket.HEADER_LENGTH);
        }
        if (packet.id() != id || stage == Authentication.Stage.IDLE) {
            actions.add(new LinkAction.Count(LinkCounter.STALE_RESPONSE));
        } else if (stage == Authentication.Stage.DONE) {
            answer.ifPresent(told -> tell(told.code(), told.data()));
        } else if (stage == Authentication.Stage.WAITING) {
            proved(
                    response.name(),
                    microsoft
                            ? new Credentials.MsChap2(id, response.forRadius(), challenge)
                            : new Credentials.Chap(id, response.value().compact(), challenge));
        }
    }

    private void proved(Bytes name, Credentials credentials) {
        Optional<String> readable = readable(name);
        actions.add(new LinkAction.Disarm(LinkTimer.AUTHENTICATION));
        if (readable.isEmpty()) {
            actions.add(new LinkAction.Count(LinkCounter.BAD_NAME));
            fail(FAILED, Optional.empty());
        } else {
            ask(readable, Optional.of(credentials));
        }
    }

    private void ask(Optional<String> name, Optional<Credentials> credentials) {
        if (known && !name.equals(userName)) {
            failure = Optional.of(LinkEnd.OTHER_USER);
            refuse(FAILED, Optional.empty());
            return;
        }
        stage = Authentication.Stage.ASKING;
        userName = name;
        actions.add(new LinkAction.Authenticate(name, credentials));
    }

    /**
     * The peer is who it says, as far as whoever was asked knows.
     *
     * @param awaited as of {@link #unanswered}
     */
    Result accepted(LinkEvent.Accepted event, boolean awaited) {
        String words = event.replyMessage().orElse("");
        boolean microsoft = method.filter(AuthenticationMethod.MS_CHAP2::equals).isPresent();
        Optional<Bytes> proof = event.msChapSuccess().flatMap(success -> ChapPacket.proof(success, words));
        if (microsoft && proof.isEmpty()) {
            return unanswered(awaited);
        }
        stage = Authentication.Stage.DONE;
        passed = true;
        known = true;
        failures = 0;
        actions.add(new LinkAction.Count(LinkCounter.AUTHENTICATED));
        if (method.isPresent()) {
            boolean pap = method.get() == AuthenticationMethod.PAP;
            tell(
                    pap ? PapPacket.ACK : ChapPacket.SUCCESS,
                    pap
                            ? PapPacket.message(words)
                            : proof.filter(found -> microsoft).orElseGet(() -> ChapPacket.message(words)));
        }
        return result();
    }

    /** The peer is not who it says. */
    Result rejected(LinkEvent.Rejected event) {
        fail(event.replyMessage().filter(words -> !words.isBlank()).orElse(FAILED), event.msChapError());
        return result();
    }

    /**
     * Nobody knows who the peer is. An open link goes on as it was until the next challenge: whoever cannot be asked
     * takes no subscriber down. A peer that began anew has to read a verdict before it goes on (RFC 1661, 3.5), and
     * there is none to tell: it proves itself once more.
     *
     * @param awaited whether the peer waits for the verdict before it goes on
     */
    Result unanswered(boolean awaited) {
        if (known && awaited && method.isPresent()) {
            proveAgain();
        } else if (known) {
            stage = Authentication.Stage.DONE;
            passed = true;
            failures = 0;
        } else {
            refuse(LinkEnd.AUTHENTICATION_UNANSWERED.text(), Optional.empty());
            failure = Optional.of(LinkEnd.AUTHENTICATION_UNANSWERED);
        }
        return result();
    }

    /** PAP is repeated by the peer; a challenge goes out after the restart time, since the answer may come at once. */
    private void proveAgain() {
        stage = Authentication.Stage.WAITING;
        failures = Math.min(failures + 1, FAILURES_MAX);
        triesLeft = context.settings().maxConfigure();
        if (method.filter(AuthenticationMethod.PAP::equals).isEmpty()) {
            freshChallenge();
        }
        actions.add(
                new LinkAction.Arm(LinkTimer.AUTHENTICATION, context.settings().restart()));
    }

    private void fail(String words, Optional<Bytes> msChapError) {
        failures = Math.min(failures + 1, FAILURES_MAX);
        refuse(words, msChapError);
        boolean again = method.filter(AuthenticationMethod.PAP::equals).isPresent()
                && failures < context.settings().papFailures()
                && !known;
        if (again) {
            actions.add(new LinkAction.Count(LinkCounter.PAP_FAILED));
            stage = Authentication.Stage.WAITING;
            triesLeft = context.settings().maxConfigure();
            tryOnce();
        } else {
            failure = Optional.of(known ? LinkEnd.REAUTHENTICATION_FAILED : LinkEnd.AUTHENTICATION_FAILED);
        }
    }

    private void refuse(String words, Optional<Bytes> msChapError) {
        stage = Authentication.Stage.DONE;
        if (method.isPresent()) {
            switch (method.get()) {
                case PAP -> tell(PapPacket.NAK, PapPacket.message(words));
                case CHAP_MD5 -> tell(ChapPacket.FAILURE, ChapPacket.message(words));
                case MS_CHAP2 -> tell(ChapPacket.FAILURE, ChapPacket.failure(msChapError, challenge, words));
            }
        }
    }

    private void tell(int code, Bytes data) {
        ControlPacket packet = new ControlPacket(code, id, data);
        answer = Optional.of(packet);
        transmit(packet);
    }

    private void transmit(ControlPacket packet) {
        int protocol = method.map(AuthenticationMethod::protocol).orElse(PppProtocol.CHAP);
        actions.add(new LinkAction.Transmit(packet.in(protocol)));
    }

    private Result result() {
        Authentication next = new Authentication(
                stage, method, id, nextId, challenge, triesLeft, failures, answer, userName, known, superseded);
        return new Result(next, actions, passed, failure);
    }

    /** A name that can be asked for and shown: UTF-8 as RADIUS wants it (RFC 2865, 5.1), without control characters. */
    private static Optional<String> readable(Bytes name) {
        if (name.isEmpty() || name.length() > NAME_MAX) {
            return Optional.empty();
        }
        try {
            String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(name.toArray()))
                    .toString();
            return text.codePoints().anyMatch(Character::isISOControl) ? Optional.empty() : Optional.of(text);
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }
}
