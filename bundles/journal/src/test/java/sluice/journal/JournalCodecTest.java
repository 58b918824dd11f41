package sluice.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.platform.api.Event;
import sluice.platform.api.StoreChange;

class JournalCodecTest {
    private static final long SEED = 20_260_101;

    private static Event sample() {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("session_id", "0-17");
        fields.put("something_new", "x".repeat(300));
        fields.put("circuit_id", "eth 0/1/1:100 \u00e9\n\"");
        fields.put("status", "");
        return new Event("SESSION_START", Instant.parse("2026-02-03T04:05:06.123456789Z"), fields);
    }

    private static Frame frame() {
        List<StoreChange> changes = List.of(
                new StoreChange.Put("session", Bytes.of(1, 2, 3), Bytes.utf8("state")),
                new StoreChange.Remove("lease", Bytes.EMPTY));
        return new Frame(
                ChangeCodec.encode(changes),
                42,
                2,
                EventBlock.encode(List.of(sample(), sample())),
                List.of(new CursorMark("redis", 41, 3)));
    }

    @Test
    void anEventComesBackAsItWentWithItsFieldsInOrder() throws Exception {
        Event back = EventCodec.decode(EventCodec.encode(sample()));

        assertThat(back).isEqualTo(sample());
        assertThat(new ArrayList<>(back.fields().keySet()))
                .isEqualTo(new ArrayList<>(sample().fields().keySet()));
    }

    @Test
    void knownNamesTakeOneByte() {
        Event event = new Event("SESSION_START", Instant.EPOCH, Map.of("session_last_update", "1"));

        assertThat(EventCodec.encode(event).length()).isEqualTo(1 + 8 + 4 + 1 + 1 + 2);
    }

    @Test
    void aFrameComesBackAsItWent() throws Exception {
        assertThat(Frame.of(frame().toBytes())).isEqualTo(frame());
        assertThat(ChangeCodec.decode(frame().changes())).hasSize(2);
        assertThat(new EventBlock(42, 2, frame().events()).decode()).hasSize(2);
    }

    @Test
    void everyTruncationOfAnEventIsRefused() {
        Bytes whole = EventCodec.encode(sample());
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            assertThatThrownBy(() -> EventCodec.decode(cut)).isInstanceOf(MalformedPacket.class);
        }
    }

    @Test
    void everyTruncationOfAFrameIsRefused() {
        Bytes whole = frame().toBytes();
        for (int length = 0; length < whole.length(); length++) {
            Bytes cut = whole.slice(0, length);
            assertThatThrownBy(() -> Frame.of(cut)).isInstanceOf(MalformedPacket.class);
        }
    }

    @Test
    void chanceDoesNotBreakTheDecoders() {
        Random random = new Random(SEED);
        Bytes[] good = {EventCodec.encode(sample()), frame().toBytes(), frame().changes(), frame().events()};
        for (int i = 0; i < 100_000; i++) {
            byte[] bytes = good[i % good.length].toArray();
            for (int hits = random.nextInt(1, 8); hits > 0; hits--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            Bytes damaged = Bytes.adopt(bytes);
            try {
                switch (i % good.length) {
                    case 0 -> EventCodec.decode(damaged);
                    case 1 -> Frame.of(damaged);
                    case 2 -> ChangeCodec.decode(damaged);
                    default -> new EventBlock(1, 2, damaged).decode();
                }
            } catch (MalformedPacket expected) {
                assertThat(expected.reason()).as("seed %d, round %d", SEED, i).isNotNull();
            }
        }
    }

    @Test
    void aBlockSplitsAndJoinsWithoutLosingAnEvent() throws Exception {
        List<Event> events = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            events.add(Harness.event(i));
        }
        EventBlock whole = new EventBlock(7, 100, EventBlock.encode(events));

        List<EventBlock> parts = whole.split(200);

        assertThat(parts)
                .hasSizeGreaterThan(10)
                .allSatisfy(part -> assertThat(part.events().length()).isLessThanOrEqualTo(200));
        assertThat(EventBlock.join(parts)).isEqualTo(whole);
        assertThat(EventBlock.of(7, whole.toBytes())).isEqualTo(whole);
    }
}
