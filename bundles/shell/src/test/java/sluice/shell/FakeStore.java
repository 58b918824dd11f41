package sluice.shell;

import java.util.Optional;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import sluice.net.Bytes;
import sluice.net.WireWriter;
import sluice.platform.api.Store;
import sluice.session.api.SessionInfo;

/** A store that holds the ids that a test puts into it. */
final class FakeStore implements Store {

    private final TreeSet<Bytes> keys = new TreeSet<>();

    void add(SessionInfo session) {
        keys.add(new WireWriter(Long.BYTES).u64(session.id().value()).toBytes());
    }

    @Override
    public Optional<Bytes> get(String region, Bytes key) {
        return keys.contains(key) ? Optional.of(Bytes.EMPTY) : Optional.empty();
    }

    @Override
    public void scan(String region, BiConsumer<Bytes, Bytes> visitor) {
        keys.forEach(key -> visitor.accept(key, Bytes.EMPTY));
    }

    @Override
    public long size(String region) {
        return keys.size();
    }
}
