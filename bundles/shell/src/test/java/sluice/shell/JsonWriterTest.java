package sluice.shell;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class JsonWriterTest {

    @Test
    void valuesAreSeparatedOnlyWhereTheyMustBe() {
        JsonWriter json = new JsonWriter()
                .beginObject()
                .name("a")
                .beginArray()
                .value(1)
                .value("two")
                .beginObject()
                .endObject()
                .nothing()
                .endArray()
                .name("b")
                .value(true)
                .endObject();

        assertThat(json).hasToString("{\"a\":[1,\"two\",{},null],\"b\":true}");
    }

    @Test
    void quotesAndBackslashesAreEscaped() {
        assertThat(new JsonWriter().value("a\"b\\c")).hasToString("\"a\\\"b\\\\c\"");
    }

    @Test
    void controlCharactersAreEscaped() {
        assertThat(new JsonWriter().value("\n\r\t\0\u001b\u007f")).hasToString("\"\\n\\r\\t\\u0000\\u001b\\u007f\"");
    }

    @Test
    void everythingOutsideAsciiIsEscapedEvenHalvesOfPairs() {
        assertThat(new JsonWriter().value("\u00e9\u2028\ud83d\ude00\ud800"))
                .hasToString("\"\\u00e9\\u2028\\ud83d\\ude00\\ud800\"");
    }

    @Test
    void namesAreEscapedToo() {
        assertThat(new JsonWriter().beginObject().name("\"").value(0).endObject())
                .hasToString("{\"\\\"\":0}");
    }
}
