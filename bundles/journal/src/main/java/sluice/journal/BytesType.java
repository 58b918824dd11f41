package sluice.journal;

import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import sluice.net.Bytes;

/** Lets H2 keep {@link Bytes} as keys and values: a variable-length length and the bytes, in unsigned order. */
final class BytesType extends BasicDataType<Bytes> {
    static final BytesType INSTANCE = new BytesType();
    private static final int OBJECT_BYTES = 48;

    private BytesType() {}

    @Override
    public int getMemory(Bytes bytes) {
        return OBJECT_BYTES + bytes.length();
    }

    @Override
    public void write(WriteBuffer buffer, Bytes bytes) {
        buffer.putVarInt(bytes.length()).put(bytes.toArray());
    }

    @Override
    public Bytes read(ByteBuffer buffer) {
        byte[] array = new byte[DataUtils.readVarInt(buffer)];
        buffer.get(array);
        return Bytes.adopt(array);
    }

    @Override
    public Bytes[] createStorage(int size) {
        return new Bytes[size];
    }

    @Override
    public int compare(Bytes one, Bytes other) {
        return one.compareTo(other);
    }
}
