package sluice.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LineIdTest {
    private static final Bytes CIRCUIT = Bytes.utf8("1/0/3");
    private static final Bytes REMOTE = Bytes.utf8("cstm-relay-02");

    @Test
    void textNamesPortTagsAndIds() {
        assertThat(new LineId(0, 100, 7, CIRCUIT, REMOTE)).hasToString("0:100.7 1/0/3@cstm-relay-02");
        assertThat(new LineId(2, 100, 0, Bytes.EMPTY, Bytes.EMPTY)).hasToString("2:100");
        assertThat(new LineId(0, 0, 0, CIRCUIT, Bytes.EMPTY)).hasToString("0:- 1/0/3@");
    }

    @Test
    void tagsOfAFrameAreReadOutermostFirst() {
        VlanTag outer = VlanTag.service(new VlanId(100));
        VlanTag inner = new VlanTag(VlanTag.C_TAG, 0xe007);
        assertThat(LineId.of(0, List.of(outer, inner), CIRCUIT, REMOTE))
                .isEqualTo(new LineId(0, 100, 7, CIRCUIT, REMOTE));
        assertThat(LineId.of(0, List.of(outer), CIRCUIT, REMOTE)).isEqualTo(new LineId(0, 100, 0, CIRCUIT, REMOTE));
        assertThat(LineId.of(0, List.of(), CIRCUIT, REMOTE)).isEqualTo(new LineId(0, 0, 0, CIRCUIT, REMOTE));
    }

    @Test
    void circuitIdWithQuoteOrNewlineInjectsNothing() {
        Bytes hostile = Bytes.utf8("1/0/3\"\n',User-Name=root\\`");
        LineId line = new LineId(0, 100, 7, hostile, Bytes.of(0, 0x80, 0x7f));
        assertThat(line.toString())
                .isEqualTo("0:100.7 1/0/3\\x22\\x0a\\x27,User-Name=root\\x5c\\x60@\\x00\\x80\\x7f")
                .doesNotContain("\"", "'", "\n");
    }

    @Test
    void circuitIdsSeenInTheFieldAreDistinctLines() {
        List<String> ids = List.of(
                "eth 0/1/1:100",
                "eth 1/1/1:100",
                "FSAN:ALCL12345678",
                "access-node-id eth 0/1/1 atm 0/100",
                "agg-01|1/1/1",
                "tower-a:port-5:vlan-100");
        Map<String, LineId> lines = new HashMap<>();
        ids.forEach(id -> {
            LineId line = new LineId(0, 1, 1, Bytes.utf8(id), REMOTE);
            lines.put(line.toString(), line);
        });
        assertThat(lines).hasSameSizeAs(ids);
        assertThat(lines.values()).doesNotHaveDuplicates();
    }

    @Test
    void twoLinesNeverShareAText() {
        SplittableRandom random = new SplittableRandom(7);
        byte[] alphabet = {'@', '\\', 'x', '4', '0', ' ', '"'};
        Map<String, LineId> seen = new HashMap<>();
        for (int i = 0; i < 50_000; i++) {
            LineId line =
                    new LineId(0, random.nextInt(2), random.nextInt(2), id(random, alphabet), id(random, alphabet));
            LineId other = seen.putIfAbsent(line.toString(), line);
            assertThat(other == null || other.equals(line)).as("%s", line).isTrue();
        }
    }

    @Test
    void impossibleLinesAreRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> new LineId(-1, 1, 1, CIRCUIT, REMOTE));
        assertThatIllegalArgumentException().isThrownBy(() -> new LineId(0, 4096, 1, CIRCUIT, REMOTE));
        assertThatIllegalArgumentException().isThrownBy(() -> new LineId(0, 1, -1, CIRCUIT, REMOTE));
        assertThatIllegalArgumentException().isThrownBy(() -> new LineId(0, 1, 1, Bytes.adopt(new byte[256]), REMOTE));
    }

    private static Bytes id(SplittableRandom random, byte[] alphabet) {
        byte[] id = new byte[random.nextInt(5)];
        for (int i = 0; i < id.length; i++) {
            id[i] = alphabet[random.nextInt(alphabet.length)];
        }
        return Bytes.adopt(id);
    }
}
