package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;

/** Every cell of the table of RFC 1661, 4.1, seen in what a control protocol sends, tells and does with its timer. */
class AutomatonTest {
    /** As the RFC prints it, with the notes r, p and x, which are about options of implementations. */
    private static final String FIRST_SIX = """
        Up   |    2     irc,scr/6     -         -         -         -
        Down |    -         -         0       tls/1       0         1
        Open |  tls/1       1     irc,scr/6     3r        5r        5r
        Close|    0       tlf/0       2         2         4         4
        TO+  |    -         -         -         -       str/4     str/5
        TO-  |    -         -         -         -       tlf/2     tlf/3
        RCR+ |    -         -       sta/2 irc,scr,sca/8   4         5
        RCR- |    -         -       sta/2 irc,scr,scn/6   4         5
        RCA  |    -         -       sta/2     sta/3       4         5
        RCN  |    -         -       sta/2     sta/3       4         5
        RTR  |    -         -       sta/2     sta/3     sta/4     sta/5
        RTA  |    -         -         2         3       tlf/2     tlf/3
        RUC  |    -         -       scj/2     scj/3     scj/4     scj/5
        RXJ+ |    -         -         2         3         4         5
        RXJ- |    -         -       tlf/2     tlf/3     tlf/2     tlf/3
        RXR  |    -         -         2         3         4         5
        """;

    private static final String LAST_FOUR = """
        Up   |    -         -         -           -
        Down |    1         1         1         tld/1
        Open |    6         7         8           9r
        Close|irc,str/4 irc,str/4 irc,str/4 tld,irc,str/4
        TO+  |  scr/6     scr/6     scr/8         -
        TO-  | tlf/3p    tlf/3p    tlf/3p         -
        RCR+ |  sca/8   sca,tlu/9   sca/8   tld,scr,sca/8
        RCR- |  scn/6     scn/7     scn/6   tld,scr,scn/6
        RCA  |  irc/7     scr/6x  irc,tlu/9   tld,scr/6x
        RCN  |irc,scr/6   scr/6x  irc,scr/8   tld,scr/6x
        RTR  |  sta/6     sta/6     sta/6   tld,zrc,sta/5
        RTA  |    6         6         8       tld,scr/6
        RUC  |  scj/6     scj/7     scj/8       scj/9
        RXJ+ |    6         6         8           9
        RXJ- |  tlf/3     tlf/3     tlf/3   tld,irc,str/5
        RXR  |    6         7         8         ser/9
        """;

    private static final int PROTOCOL = PppProtocol.IPCP;
    private static final int REQUEST_ID = 40;
    private static final int PEER_ID = 90;
    private static final int TRIES = 7;
    private static final PppOption OURS = PppOption.u16(1, 100);
    private static final PppOption GOOD = PppOption.u16(1, 200);
    private static final PppOption BAD = PppOption.u16(2, 200);
    private static final LayerContext CONTEXT =
            new LayerContext(LinkSettings.DEFAULT, new SplittableRandom(PppPeer.SEED), 1492);

    /** Asks for one option and takes one. */
    private record OneOption() implements OptionSet<OneOption> {
        @Override
        public List<PppOption> request() {
            return List.of(OURS);
        }

        @Override
        public Answer<OneOption> judge(List<PppOption> asked, boolean mayNak, LayerContext context) {
            boolean good = asked.equals(List.of(GOOD));
            return new Answer<>(good ? ControlPacket.CONFIGURE_ACK : ControlPacket.CONFIGURE_REJECT, asked, this);
        }

        @Override
        public OneOption nakked(List<PppOption> wanted, LayerContext context) {
            return this;
        }

        @Override
        public OneOption rejected(List<PppOption> refused, LayerContext context) {
            return this;
        }

        @Override
        public Optional<LinkEnd> failure() {
            return Optional.empty();
        }
    }

    private static Layer<OneOption> in(AutomatonState state, int triesLeft) {
        return new Layer<>(
                PROTOCOL,
                state,
                triesLeft,
                Layer.Naks.NONE,
                0,
                REQUEST_ID + 1,
                new Layer.Request(REQUEST_ID, PppOption.encodeAll(List.of(OURS)), 0),
                Layer.Agreement.NONE,
                new OneOption());
    }

    static Stream<Arguments> cells() {
        List<String> first = FIRST_SIX.lines().toList();
        List<String> last = LAST_FOUR.lines().toList();
        List<Arguments> cells = new ArrayList<>();
        for (int row = 0; row < first.size(); row++) {
            String event = first.get(row).split("\\|")[0].strip();
            String all = first.get(row).split("\\|")[1] + " " + last.get(row).split("\\|")[1];
            String[] columns = all.strip().split(" +");
            for (int column = 0; column < columns.length; column++) {
                cells.add(Arguments.of(event, AutomatonState.values()[column], columns[column]));
            }
        }
        return cells.stream();
    }

    @Test
    void tableIsWhole() {
        assertThat(cells()).hasSize(AutomatonState.values().length * AutomatonEvent.values().length);
    }

    @ParameterizedTest(name = "{0} in {1}: {2}")
    @MethodSource("cells")
    void cellIsAsTheRfcSays(String event, AutomatonState state, String cell) throws MalformedPacket {
        Layer<OneOption> before = in(state, event.equals("TO-") ? 0 : TRIES);
        LayerStep<OneOption> step = happen(before, event);
        if (cell.equals("-")) {
            assertThat(step.layer()).isEqualTo(before);
            assertThat(step.send()).isEmpty();
            assertThat(step.changes()).isEmpty();
            assertThat(step.timer()).isEqualTo(LayerStep.Timer.KEEP);
            return;
        }
        String[] parts = cell.replaceAll("[rpx]$", "").split("[,/]");
        AutomatonState next = AutomatonState.values()[Integer.parseInt(parts[parts.length - 1])];
        List<String> actions = List.of(parts).subList(0, parts.length - 1);
        assertThat(step.layer().state()).isEqualTo(next);
        assertThat(sent(step)).containsExactlyElementsOf(only(actions, "scr", "sca", "scn", "str", "sta", "scj"));
        assertThat(told(step)).containsExactlyElementsOf(only(actions, "tlu", "tld", "tls", "tlf"));
        assertThat(step.layer().triesLeft()).isEqualTo(triesLeft(actions, before));
        assertThat(step.timer()).isEqualTo(timer(actions, state, next));
    }

    private static LayerStep<OneOption> happen(Layer<OneOption> layer, String event) throws MalformedPacket {
        return switch (event) {
            case "Up" -> LayerTurn.happen(layer, AutomatonEvent.UP, CONTEXT);
            case "Down" -> LayerTurn.happen(layer, AutomatonEvent.DOWN, CONTEXT);
            case "Open" -> LayerTurn.happen(layer, AutomatonEvent.OPEN, CONTEXT);
            case "Close" -> LayerTurn.happen(layer, AutomatonEvent.CLOSE, CONTEXT);
            case "RXR" -> LayerTurn.happen(layer, AutomatonEvent.ECHO, CONTEXT);
            case "TO+", "TO-" -> LayerTurn.timeout(layer, CONTEXT);
            case "RCR+" -> receive(layer, ControlPacket.CONFIGURE_REQUEST, PEER_ID, GOOD);
            case "RCR-" -> receive(layer, ControlPacket.CONFIGURE_REQUEST, PEER_ID, BAD);
            case "RCA" -> receive(layer, ControlPacket.CONFIGURE_ACK, REQUEST_ID, OURS);
            case "RCN" -> receive(layer, ControlPacket.CONFIGURE_NAK, REQUEST_ID, GOOD);
            case "RTR" -> receive(layer, ControlPacket.TERMINATE_REQUEST, PEER_ID);
            case "RTA" -> receive(layer, ControlPacket.TERMINATE_ACK, PEER_ID);
            case "RUC" -> receive(layer, 99, PEER_ID);
            case "RXJ+" -> rejectOf(layer, 99);
            default -> rejectOf(layer, ControlPacket.CONFIGURE_REQUEST);
        };
    }

    private static LayerStep<OneOption> receive(Layer<OneOption> layer, int code, int id, PppOption... options)
            throws MalformedPacket {
        return LayerTurn.receive(layer, new ControlPacket(code, id, PppOption.encodeAll(List.of(options))), CONTEXT);
    }

    private static LayerStep<OneOption> rejectOf(Layer<OneOption> layer, int code) throws MalformedPacket {
        Bytes rejected = new ControlPacket(code, REQUEST_ID, Bytes.EMPTY).encode();
        return LayerTurn.receive(layer, new ControlPacket(ControlPacket.CODE_REJECT, PEER_ID, rejected), CONTEXT);
    }

    private static List<String> sent(LayerStep<OneOption> step) throws MalformedPacket {
        List<String> names = new ArrayList<>();
        for (Bytes payload : step.send()) {
            PppFrame frame = PppFrame.decode(payload);
            assertThat(frame.protocol()).isEqualTo(PROTOCOL);
            ControlPacket packet = ControlPacket.decode(frame.information());
            boolean answer = false;
            names.add(
                    switch (packet.code()) {
                        case ControlPacket.CONFIGURE_REQUEST -> "scr";
                        case ControlPacket.CONFIGURE_ACK -> {
                            answer = true;
                            yield "sca";
                        }
                        case ControlPacket.CONFIGURE_REJECT -> {
                            answer = true;
                            yield "scn";
                        }
                        case ControlPacket.TERMINATE_REQUEST -> "str";
                        case ControlPacket.TERMINATE_ACK -> "sta";
                        default -> "scj";
                    });
            assertThat(packet.id() == PEER_ID)
                    .as("identifier of the peer in an answer")
                    .isIn(answer, true);
        }
        return names;
    }

    private static List<String> told(LayerStep<OneOption> step) {
        return step.changes().stream()
                .map(change -> switch (change) {
                    case UP -> "tlu";
                    case DOWN -> "tld";
                    case STARTED -> "tls";
                    case FINISHED -> "tlf";
                })
                .toList();
    }

    private static int triesLeft(List<String> actions, Layer<OneOption> before) {
        boolean sends = actions.contains("scr") || actions.contains("str");
        int counter = before.triesLeft();
        if (actions.contains("irc")) {
            counter =
                    actions.contains("str") ? LinkSettings.DEFAULT.maxTerminate() : LinkSettings.DEFAULT.maxConfigure();
        }
        if (actions.contains("zrc")) {
            counter = 0;
        }
        return sends ? Math.max(0, counter - 1) : counter;
    }

    private static LayerStep.Timer timer(List<String> actions, AutomatonState before, AutomatonState after) {
        if (actions.contains("scr") || actions.contains("str") || actions.contains("zrc")) {
            return LayerStep.Timer.ARM;
        }
        return before.isTimed() && !after.isTimed() ? LayerStep.Timer.DISARM : LayerStep.Timer.KEEP;
    }

    private static List<String> only(List<String> actions, String... wanted) {
        return actions.stream().filter(List.of(wanted)::contains).toList();
    }

    @Test
    void repetitionKeepsItsIdentifierAndAFreshRequestDoesNot() throws MalformedPacket {
        Layer<OneOption> layer = in(AutomatonState.REQ_SENT, TRIES);
        Layer<OneOption> again = LayerTurn.timeout(layer, CONTEXT).layer();
        assertThat(again.request().id()).isEqualTo(REQUEST_ID);
        Layer<OneOption> fresh =
                receive(layer, ControlPacket.CONFIGURE_NAK, REQUEST_ID, GOOD).layer();
        assertThat(fresh.request().id()).isEqualTo(REQUEST_ID + 1);
    }

    @Test
    void answersToAnotherRequestAreIgnored() throws MalformedPacket {
        Layer<OneOption> layer = in(AutomatonState.REQ_SENT, TRIES);
        for (int code :
                List.of(ControlPacket.CONFIGURE_ACK, ControlPacket.CONFIGURE_NAK, ControlPacket.CONFIGURE_REJECT)) {
            LayerStep<OneOption> step = receive(layer, code, REQUEST_ID - 1, OURS);
            assertThat(step.layer()).isEqualTo(layer);
            assertThat(step.counted()).containsExactly(LinkCounter.STALE_ANSWER);
        }
    }

    @Test
    void ackOfOtherOptionsAndRejectOfWhatWasNotAskedAreIgnored() throws MalformedPacket {
        Layer<OneOption> layer = in(AutomatonState.REQ_SENT, TRIES);
        for (LayerStep<OneOption> step : List.of(
                receive(layer, ControlPacket.CONFIGURE_ACK, REQUEST_ID, GOOD),
                receive(layer, ControlPacket.CONFIGURE_ACK, REQUEST_ID),
                receive(layer, ControlPacket.CONFIGURE_REJECT, REQUEST_ID, GOOD),
                receive(layer, ControlPacket.CONFIGURE_REJECT, REQUEST_ID),
                receive(layer, ControlPacket.CONFIGURE_NAK, REQUEST_ID))) {
            assertThat(step.layer()).isEqualTo(layer);
            assertThat(step.counted()).containsExactly(LinkCounter.WRONG_ANSWER);
        }
    }

    @Test
    void peerThatNaksForEverFails() throws MalformedPacket {
        Layer<OneOption> layer = in(AutomatonState.REQ_SENT, TRIES);
        int rounds = 0;
        Optional<LinkEnd> failure = Optional.empty();
        while (failure.isEmpty() && rounds < 100) {
            LayerStep<OneOption> step =
                    receive(layer, ControlPacket.CONFIGURE_NAK, layer.request().id(), GOOD);
            layer = step.layer();
            failure = step.failure();
            rounds++;
        }
        assertThat(failure).contains(LinkEnd.NO_CONVERGENCE);
        assertThat(rounds).isEqualTo(LinkSettings.DEFAULT.maxConfigure() + 1);
    }

    @Test
    void timerOfAStateWithoutTimerDoesNothing() {
        for (AutomatonState state : AutomatonState.values()) {
            if (!state.isTimed()) {
                Layer<OneOption> layer = in(state, TRIES);
                assertThat(LayerTurn.timeout(layer, CONTEXT).layer()).isEqualTo(layer);
            }
        }
    }

    @Test
    void rejectedCodeIsCutToWhatThePeerTakes() throws MalformedPacket {
        LayerContext small = new LayerContext(LinkSettings.DEFAULT, new SplittableRandom(PppPeer.SEED), 576);
        ControlPacket unknown = new ControlPacket(99, 3, Bytes.adopt(new byte[1400]));
        LayerStep<OneOption> step = LayerTurn.receive(in(AutomatonState.OPENED, TRIES), unknown, small);
        PppFrame frame = PppFrame.decode(step.send().getFirst());
        assertThat(frame.information().length()).isEqualTo(576);
        assertThat(ControlPacket.decode(frame.information()).data().slice(0, 4).toHex())
                .isEqualTo("6303057c");
    }

    @Test
    void asManyAnswersMeanNothingAsTheRequestWasSentAgain() throws MalformedPacket {
        Layer<OneOption> layer = LayerTurn.happen(in(AutomatonState.CLOSED, TRIES), AutomatonEvent.OPEN, CONTEXT)
                .layer();
        layer = LayerTurn.timeout(layer, CONTEXT).layer();
        layer = receive(layer, ControlPacket.CONFIGURE_REQUEST, PEER_ID, GOOD).layer();
        int id = layer.request().id();
        layer = receive(layer, ControlPacket.CONFIGURE_ACK, id, OURS).layer();
        assertThat(layer.isOpened()).isTrue();
        LayerStep<OneOption> second = receive(layer, ControlPacket.CONFIGURE_ACK, id, OURS);
        assertThat(second.layer().isOpened()).isTrue();
        assertThat(second.counted()).containsExactly(LinkCounter.STALE_ANSWER);
        LayerStep<OneOption> third = receive(second.layer(), ControlPacket.CONFIGURE_ACK, id, OURS);
        assertThat(third.layer().state()).as("by the table").isEqualTo(AutomatonState.REQ_SENT);
    }

    @Test
    void sameRequestAgainIsAcknowledgedAgainAFewTimes() throws MalformedPacket {
        Layer<OneOption> layer = LayerTurn.happen(in(AutomatonState.CLOSED, TRIES), AutomatonEvent.OPEN, CONTEXT)
                .layer();
        layer = receive(layer, ControlPacket.CONFIGURE_REQUEST, PEER_ID, GOOD).layer();
        layer = receive(layer, ControlPacket.CONFIGURE_ACK, layer.request().id(), OURS)
                .layer();
        for (int repeat = 0; repeat < 5; repeat++) {
            LayerStep<OneOption> step = receive(layer, ControlPacket.CONFIGURE_REQUEST, PEER_ID, GOOD);
            assertThat(sent(step)).containsExactly("sca");
            assertThat(step.changes()).isEmpty();
            layer = step.layer();
        }
        LayerStep<OneOption> stubborn = receive(layer, ControlPacket.CONFIGURE_REQUEST, PEER_ID, GOOD);
        assertThat(sent(stubborn)).containsExactly("scr", "sca");
        LayerStep<OneOption> fresh = receive(layer, ControlPacket.CONFIGURE_REQUEST, PEER_ID + 1, GOOD);
        assertThat(fresh.layer().state()).isEqualTo(AutomatonState.ACK_SENT);
    }
}
