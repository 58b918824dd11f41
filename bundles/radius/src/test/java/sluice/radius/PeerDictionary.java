package sluice.radius;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.tinyradius.core.dictionary.Dictionary;
import org.tinyradius.core.dictionary.MemoryDictionary;
import org.tinyradius.core.dictionary.parser.ResourceParser;
import org.tinyradius.core.dictionary.parser.resolver.ResourceResolver;
import sluice.radius.packet.RadiusDictionary;

/** Our dictionaries as TinyRadius reads them; attributes of the extended types it does not know. */
final class PeerDictionary {

    static final Dictionary INSTANCE = read();

    private PeerDictionary() {}

    private static Dictionary read() {
        MemoryDictionary dictionary = new MemoryDictionary();
        for (String resource : List.of("rfc", "vendors", "dhcp")) {
            try {
                new ResourceParser(dictionary, Resources.INSTANCE).parseDictionary(resource);
            } catch (IOException e) {
                throw new AssertionError(resource, e);
            }
        }
        return dictionary;
    }

    /** Files of the bundle that has the dictionaries. */
    private enum Resources implements ResourceResolver {
        INSTANCE;

        @Override
        public String resolve(String current, String next) {
            return next;
        }

        @Override
        public InputStream openStream(String resource) throws IOException {
            InputStream stream = RadiusDictionary.class.getResourceAsStream("dictionary/" + resource);
            if (stream == null) {
                throw new IOException("No resource dictionary/" + resource);
            }
            return stream;
        }
    }
}
