package sluice.pppoe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;

/**
 * One step of one control protocol: an event in, a {@link LayerStep} out. Made for the step and thrown away behind it;
 * the layer that it starts from does not change.
 */
final class LayerTurn<O extends OptionSet<O>> {
    private static final int REPEATS_MAX = 5;

    private final int protocol;
    private final LayerContext context;
    private final List<Bytes> send = new ArrayList<>(2);
    private final List<LayerStep.Change> changes = new ArrayList<>(2);
    private final List<LinkCounter> counted = new ArrayList<>(1);

    private AutomatonState state;
    private int triesLeft;
    private Layer.Naks naks;
    private int naksTaken;
    private int nextId;
    private Layer.Request request;
    private Layer.Agreement agreement;
    private O options;
    private LayerStep.Timer timer = LayerStep.Timer.KEEP;
    private Optional<LinkEnd> failure = Optional.empty();
    private Bytes farewell = Bytes.EMPTY;

    private LayerTurn(Layer<O> layer, LayerContext context) {
        this.protocol = layer.protocol();
        this.context = context;
        this.state = layer.state();
        this.triesLeft = layer.triesLeft();
        this.naks = layer.naks();
        this.naksTaken = layer.naksTaken();
        this.nextId = layer.nextId();
        this.request = layer.request();
        this.agreement = layer.agreement();
        this.options = layer.options();
    }

    /** Open, Close, Up, Down, or a reject that came by another protocol. */
    static <O extends OptionSet<O>> LayerStep<O> happen(Layer<O> layer, AutomatonEvent event, LayerContext context) {
        LayerTurn<O> turn = new LayerTurn<>(layer, context);
        turn.perform(event, Optional.empty(), Optional.empty());
        return turn.step();
    }

    /** Close, with words for the peer. */
    static <O extends OptionSet<O>> LayerStep<O> close(Layer<O> layer, String words, LayerContext context) {
        LayerTurn<O> turn = new LayerTurn<>(layer, context);
        turn.farewell = Bytes.utf8(words);
        turn.perform(AutomatonEvent.CLOSE, Optional.empty(), Optional.empty());
        return turn.step();
    }

    /** The restart timer is due. One that should have been taken back does nothing. */
    static <O extends OptionSet<O>> LayerStep<O> timeout(Layer<O> layer, LayerContext context) {
        LayerTurn<O> turn = new LayerTurn<>(layer, context);
        if (turn.state.isTimed()) {
            AutomatonEvent event = turn.triesLeft > 0 ? AutomatonEvent.TIMEOUT_RETRY : AutomatonEvent.TIMEOUT_LAST;
            turn.perform(event, Optional.empty(), Optional.empty());
        }
        return turn.step();
    }

    /**
     * A packet of the peer, other than those that only LCP has.
     *
     * @throws MalformedPacket when its options lie; the layer is as before
     */
    static <O extends OptionSet<O>> LayerStep<O> receive(Layer<O> layer, ControlPacket packet, LayerContext context)
            throws MalformedPacket {
        LayerTurn<O> turn = new LayerTurn<>(layer, context);
        turn.receive(packet);
        return turn.step();
    }

    private void receive(ControlPacket packet) throws MalformedPacket {
        switch (packet.code()) {
            case ControlPacket.CONFIGURE_REQUEST -> onRequest(packet);
            case ControlPacket.CONFIGURE_ACK -> onAck(packet);
            case ControlPacket.CONFIGURE_NAK, ControlPacket.CONFIGURE_REJECT -> onNak(packet);
            case ControlPacket.TERMINATE_REQUEST -> perform(AutomatonEvent.TERMINATE_REQUEST, packet);
            case ControlPacket.TERMINATE_ACK -> perform(AutomatonEvent.TERMINATE_ACK, packet);
            case ControlPacket.CODE_REJECT -> onCodeReject(packet);
            default -> perform(AutomatonEvent.UNKNOWN_CODE, packet);
        }
    }

    private void onRequest(ControlPacket packet) throws MalformedPacket {
        List<PppOption> asked = PppOption.decodeAll(packet.data());
        if (!negotiates()) {
            perform(AutomatonEvent.REQUEST_BAD, packet);
            return;
        }
        if (isRepetition(packet)) {
            return;
        }
        LinkSettings settings = context.settings();
        boolean mayNak = naks.allow(packet.id(), settings.maxFailure(), settings.maxConfigure());
        Answer<O> answer = options.judge(asked, mayNak, context);
        options = answer.next();
        failure = options.failure();
        if (answer.isGood()) {
            naks = Layer.Naks.NONE;
        } else if (answer.code() == ControlPacket.CONFIGURE_NAK) {
            naks = naks.plus(packet.id(), settings.maxConfigure());
        }
        Bytes data = answer.isGood() ? packet.data() : PppOption.encodeAll(answer.options());
        perform(
                answer.isGood() ? AutomatonEvent.REQUEST_GOOD : AutomatonEvent.REQUEST_BAD,
                Optional.of(packet),
                Optional.of(new ControlPacket(answer.code(), packet.id(), data)));
    }

    /**
     * A peer that did not get our Ack in time, or not at all, says the same again when the layer is up already. The
     * same answer does; by the table the link would go down and begin anew, and of a crowd that dials at once none
     * would get through. Past a few times it goes by the table: such a peer has lost our request too.
     */
    private boolean isRepetition(ControlPacket packet) {
        if (state != AutomatonState.OPENED || !agreement.isOf(packet) || agreement.repeats() >= REPEATS_MAX) {
            return false;
        }
        agreement = agreement.repeated();
        counted.add(LinkCounter.REPEATED_REQUEST);
        transmit(new ControlPacket(ControlPacket.CONFIGURE_ACK, packet.id(), packet.data()));
        return true;
    }

    /** Whether a Configure-Request is judged; in the other states it is refused or ignored whatever it asks. */
    private boolean negotiates() {
        return state == AutomatonState.STOPPED || state.isAlive() && state != AutomatonState.STARTING;
    }

    /** The options have to be those of our request, byte by byte (RFC 1661, 5.2). */
    private void onAck(ControlPacket packet) {
        if (isStale(packet)) {
            return;
        }
        if (!packet.data().equals(request.options())) {
            counted.add(LinkCounter.WRONG_ANSWER);
        } else {
            request = request.answered();
            perform(AutomatonEvent.CONFIGURE_ACK, packet);
        }
    }

    /** Whether this answers another request, or this one as often as it was sent. */
    private boolean isStale(ControlPacket packet) {
        boolean acknowledged = state == AutomatonState.ACK_RCVD || state == AutomatonState.OPENED;
        boolean again = acknowledged && request.answersDue() > 0;
        if (packet.id() == request.id() && !again) {
            return false;
        }
        if (packet.id() == request.id()) {
            request = request.answered();
        }
        counted.add(LinkCounter.STALE_ANSWER);
        return true;
    }

    private void onNak(ControlPacket packet) throws MalformedPacket {
        List<PppOption> named = PppOption.decodeAll(packet.data());
        if (isStale(packet)) {
            return;
        }
        boolean rejected = packet.code() == ControlPacket.CONFIGURE_REJECT;
        if (named.isEmpty()
                || rejected && !PppOption.decodeAll(request.options()).containsAll(named)) {
            counted.add(LinkCounter.WRONG_ANSWER);
            return;
        }
        if (negotiates() && state != AutomatonState.STOPPED) {
            options = rejected ? options.rejected(named, context) : options.nakked(named, context);
            naksTaken++;
            request = request.answered();
            failure = options.failure();
            if (failure.isEmpty() && naksTaken > context.settings().maxConfigure()) {
                failure = Optional.of(LinkEnd.NO_CONVERGENCE);
            }
        }
        if (failure.isEmpty()) {
            perform(AutomatonEvent.CONFIGURE_NAK, packet);
        }
    }

    /** Without the codes of the automaton itself nothing works (RFC 1661, 4.3). */
    private void onCodeReject(ControlPacket packet) throws MalformedPacket {
        if (packet.data().isEmpty()) {
            throw new MalformedPacket(PppFault.REJECT_TOO_SHORT, ControlPacket.HEADER_LENGTH);
        }
        int code = packet.data().at(0);
        boolean fatal = code >= ControlPacket.CONFIGURE_REQUEST && code <= ControlPacket.CODE_REJECT;
        perform(fatal ? AutomatonEvent.REJECT_FATAL : AutomatonEvent.REJECT_HARMLESS, packet);
    }

    private void perform(AutomatonEvent event, ControlPacket packet) {
        perform(event, Optional.of(packet), Optional.empty());
    }

    private void perform(AutomatonEvent event, Optional<ControlPacket> packet, Optional<ControlPacket> answer) {
        Automaton.Cell cell = Automaton.cell(state, event);
        boolean wasTimed = state.isTimed();
        for (AutomatonAction action : cell.actions()) {
            switch (action) {
                case TLU -> {
                    naksTaken = 0;
                    changes.add(LayerStep.Change.UP);
                }
                case TLD -> changes.add(LayerStep.Change.DOWN);
                case TLS -> changes.add(LayerStep.Change.STARTED);
                case TLF -> changes.add(LayerStep.Change.FINISHED);
                case IRC ->
                    triesLeft = cell.actions().contains(AutomatonAction.STR)
                            ? context.settings().maxTerminate()
                            : context.settings().maxConfigure();
                case ZRC -> {
                    triesLeft = 0;
                    timer = LayerStep.Timer.ARM;
                }
                case SCR -> sendRequest(event == AutomatonEvent.TIMEOUT_RETRY);
                case SCA, SCN -> answer.ifPresent(this::answer);
                case STR -> {
                    countDown();
                    transmit(new ControlPacket(ControlPacket.TERMINATE_REQUEST, takeId(), farewell));
                }
                case STA ->
                    packet.ifPresent(
                            asked -> transmit(new ControlPacket(ControlPacket.TERMINATE_ACK, asked.id(), Bytes.EMPTY)));
                case SCJ -> packet.ifPresent(this::rejectCode);
                case SER -> {
                    // only LCP has echoes; its link answers
                }
            }
        }
        state = cell.next();
        if (wasTimed && !state.isTimed()) {
            timer = LayerStep.Timer.DISARM;
        }
    }

    private void answer(ControlPacket packet) {
        if (packet.code() == ControlPacket.CONFIGURE_ACK) {
            agreement = new Layer.Agreement(packet.id(), packet.data().compact(), 0);
        }
        transmit(packet);
    }

    /** A repetition of the same keeps its identifier (RFC 1661, 5.1), so that an answer to either is good. */
    private void sendRequest(boolean repeated) {
        Bytes asked = PppOption.encodeAll(options.request());
        countDown();
        request = repeated && asked.equals(request.options())
                ? request.sentAgain()
                : new Layer.Request(takeId(), asked, 1);
        transmit(new ControlPacket(ControlPacket.CONFIGURE_REQUEST, request.id(), asked));
    }

    private void rejectCode(ControlPacket unknown) {
        counted.add(LinkCounter.CODE_REJECTS);
        Bytes whole = unknown.encode();
        int room = context.informationMax() - ControlPacket.HEADER_LENGTH;
        transmit(
                new ControlPacket(ControlPacket.CODE_REJECT, takeId(), whole.slice(0, Math.min(whole.length(), room))));
    }

    /** Some cells repeat a request without a fresh restart counter; it never runs below zero. */
    private void countDown() {
        triesLeft = Math.max(0, triesLeft - 1);
        timer = LayerStep.Timer.ARM;
    }

    private int takeId() {
        int id = nextId;
        nextId = (nextId + 1) & 0xff;
        return id;
    }

    private void transmit(ControlPacket packet) {
        send.add(packet.in(protocol));
    }

    private LayerStep<O> step() {
        Layer<O> layer = new Layer<>(
                protocol, state, triesLeft, naks, Math.min(naksTaken, 255), nextId, request, agreement, options);
        return new LayerStep<>(layer, send, changes, timer, failure, counted);
    }
}
