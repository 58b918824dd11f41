package sluice.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RawDataTest {
    private static final long SEED = 99;

    @Test
    void anyTextComesBackFromTheJsonButForWhatPostgresqlRefuses() {
        Random random = new Random(SEED);
        for (int round = 0; round < 5_000; round++) {
            StringBuilder text = new StringBuilder();
            for (int i = random.nextInt(20); i > 0; i--) {
                text.appendCodePoint(random.nextInt(4) == 0 ? random.nextInt(1, 128) : random.nextInt(1, 0xd800));
            }
            Map<String, String> fields = new LinkedHashMap<>();
            fields.put("a\"b", text.toString());
            fields.put("empty", "");
            var parsed = JsonParser.parseString(RawData.json(fields)).getAsJsonObject();
            assertThat(parsed.get("a\"b").getAsString()).as("seed %d", SEED).isEqualTo(text.toString());
            assertThat(parsed.size()).isEqualTo(2);
        }
    }

    @Test
    void nulAndHalvesOfSurrogatePairsAreReplaced() {
        assertThat(RawData.json(Map.of("k", "a\0b\ud800c\udc00"))).isEqualTo("{\"k\":\"a\uFFFDb\uFFFDc\uFFFD\"}");
        assertThat(RawData.json(Map.of("k", "\ud83d\ude00"))).isEqualTo("{\"k\":\"\ud83d\ude00\"}");
    }
}
