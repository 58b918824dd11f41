package sluice.pppoe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.lang.annotation.Annotation;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import sluice.net.Bytes;
import sluice.net.LineId;

class PppoeSettingsTest {
    private static final DiscoveryTerms USUAL =
            new DiscoveryTerms("bng-01", List.of(Bytes.utf8("gold")), PadoLadder.NONE, 7, 1492);

    @Test
    void defaultsAreThoseOfTheField() {
        PppoeSettings settings = PppoeSettings.of(server(Map.of()), "bng-01");
        assertThat(settings.discovery().acName()).isEqualTo("bng-01");
        assertThat(settings.discovery().payloadMax()).isEqualTo(1492);
        assertThat(settings.discovery().serves(Bytes.utf8("whatever"))).isTrue();
        assertThat(settings.link())
                .isEqualTo(new LinkSettings(
                        LinkSettings.DEFAULT.methods(),
                        false,
                        Families.DUAL,
                        "bng-01",
                        LinkSettings.DEFAULT.restart(),
                        LinkSettings.DEFAULT.maxConfigure(),
                        LinkSettings.DEFAULT.maxTerminate(),
                        LinkSettings.DEFAULT.maxFailure(),
                        LinkSettings.DEFAULT.papFailures(),
                        LinkSettings.DEFAULT.rechallenge(),
                        LinkSettings.DEFAULT.echo(),
                        LinkSettings.DEFAULT.echoMisses(),
                        LinkSettings.DEFAULT.setup()));
    }

    @Test
    void methodsAreAskedForInTheirOrder() {
        LinkSettings link = PppoeSettings.of(server(Map.of("authentication", "pap, none")), "bng-01")
                .link();
        assertThat(link.methods()).containsExactly(AuthenticationMethod.PAP);
        assertThat(link.noneAllowed()).isTrue();
    }

    @Test
    void settingsThatMakeNoSenseAreRefused() {
        for (Map.Entry<String, Object> wrong : Map.<String, Object>of(
                        "authentication",
                        "chap, pap, eap",
                        "families",
                        "both",
                        "pado__delay",
                        "5",
                        "max__starting",
                        -1,
                        "mru__max",
                        100,
                        "echo__misses",
                        0)
                .entrySet()) {
            PppoeServer.Config config = server(Map.of(wrong.getKey(), wrong.getValue()));
            assertThatIllegalArgumentException()
                    .as(wrong.getKey())
                    .isThrownBy(() -> PppoeSettings.of(config, "bng-01"));
        }
    }

    @Test
    void profileHoldsForItsLinesOnly() {
        PppoeProfile profile = profile(Map.of("name", "a", "svlans", "100-199, 300", "port", 1));
        assertThat(profile.isOf(line(1, 100))).isTrue();
        assertThat(profile.isOf(line(1, 199))).isTrue();
        assertThat(profile.isOf(line(1, 300))).isTrue();
        assertThat(profile.isOf(line(1, 200))).isFalse();
        assertThat(profile.isOf(line(0, 100))).isFalse();
        assertThat(profile(Map.of("name", "a")).isOf(line(3, 0))).isTrue();
    }

    @Test
    void profileSaysOnlyWhatItSays() {
        assertThat(profile(Map.of("name", "a")).over(USUAL)).isEqualTo(USUAL);
        assertThat(profile(Map.of(
                                "name",
                                "a",
                                "ac__name",
                                "west",
                                "service__names",
                                "silver",
                                "pado__delay",
                                "1:5",
                                "max__starting",
                                0,
                                "mru__max",
                                1500))
                        .over(USUAL))
                .isEqualTo(new DiscoveryTerms("west", List.of(Bytes.utf8("silver")), PadoLadder.parse("1:5"), 0, 1500));
    }

    @Test
    void profilesOfNoLineAreRefused() {
        for (String svlans : List.of("x", "1-", "-1", "5-4", "1-2-3", "4095")) {
            assertThatIllegalArgumentException()
                    .as(svlans)
                    .isThrownBy(() -> profile(Map.of("name", "a", "svlans", svlans)));
        }
    }

    @Test
    void profileWithTermsThatMakeNoSenseIsRefusedByItsNameAndKey() {
        for (Map.Entry<String, Object> wrong : Map.<String, Object>of(
                        "mru__max",
                        575,
                        "ac__name",
                        "a".repeat(65),
                        "service__names",
                        "s".repeat(1021),
                        "pado__delay",
                        "5",
                        "max__starting",
                        -2,
                        "port",
                        -2)
                .entrySet()) {
            assertThatIllegalArgumentException()
                    .as(wrong.getKey())
                    .isThrownBy(() -> profile(Map.of("name", "west", wrong.getKey(), wrong.getValue())))
                    .withMessageContaining("west")
                    .withMessageContaining(wrong.getKey().replace("__", "_"));
        }
    }

    @Test
    void serviceNamesThatNoOfferHasRoomForAreRefused() {
        String names = IntStream.range(0, 400).mapToObj(Integer::toString).collect(Collectors.joining(","));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> PppoeSettings.of(server(Map.of("service__names", names)), "bng-01"))
                .withMessageContaining("service_names");
    }

    @Test
    void interfaceIdentifiersAreReadAsRadiusWritesThem() {
        assertThat(InterfaceId.parse("0:0:0:1")).hasValue(1);
        assertThat(InterfaceId.parse("dead:beef:0:1")).hasValue(0xdeadbeef00000001L);
        assertThat(InterfaceId.parse("0x00000000000000ff")).hasValue(255);
        for (String text : List.of("", "0:0:0:0", "1:2:3", "1:2:3:4:5", "10000:0:0:0", "x", "0x")) {
            assertThat(InterfaceId.parse(text)).as(text).isEmpty();
        }
    }

    private static LineId line(int port, int svlan) {
        return new LineId(port, svlan, 7, Bytes.EMPTY, Bytes.EMPTY);
    }

    private static PppoeServer.Config server(Map<String, Object> changed) {
        return config(PppoeServer.Config.class, changed);
    }

    private static PppoeProfile profile(Map<String, Object> changed) {
        return new PppoeProfile(config(PppoeProfile.Config.class, changed));
    }

    /** What Declarative Services makes of a file: the defaults, and what is changed. */
    private static <A extends Annotation> A config(Class<A> type, Map<String, Object> changed) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> changed.getOrDefault(method.getName(), method.getDefaultValue())));
    }
}
