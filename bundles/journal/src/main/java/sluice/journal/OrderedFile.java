package sluice.journal;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;

/**
 * A file of H2 that survives a power cut and an interrupted thread.
 *
 * <p>H2 finds a chunk valid by its header and footer and never looks between. A power cut may leave both and lose what is
 * between. So a chunk is written in two steps, each forced to the medium: everything but the block with the footer, then
 * that block. And H2 reads through a {@code FileChannel}, which the interrupt of one reader closes for everybody; here it
 * reads through a {@code RandomAccessFile}, which does not care.
 */
final class OrderedFile extends SingleFileStore {
    private static final int BLOCK_BYTES = 4096;

    private final RandomAccessFile file;

    OrderedFile(Path path) throws IOException {
        super(Map.of("cacheSize", 8, "autoCompactFillRate", 0));
        open(path.toString(), false, null);
        file = new RandomAccessFile(path.toFile(), "rw");
    }

    @Override
    public ByteBuffer readFully(SFChunk chunk, long position, int length) {
        byte[] bytes = new byte[length];
        try {
            synchronized (file) {
                file.seek(position);
                file.readFully(bytes);
            }
        } catch (EOFException beyond) {
            throw new IllegalStateException("The file ends before " + (position + length), beyond);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        readCount.incrementAndGet();
        readBytes.addAndGet(length);
        return ByteBuffer.wrap(bytes);
    }

    @Override
    protected void writeFully(SFChunk chunk, long position, ByteBuffer source) {
        int length = source.remaining();
        byte[] bytes = new byte[length];
        source.get(bytes);
        int body = Math.max(0, length - BLOCK_BYTES);
        try {
            synchronized (file) {
                file.seek(position);
                if (body > 0) {
                    file.write(bytes, 0, body);
                    file.getFD().sync();
                }
                file.write(bytes, body, length - body);
                file.getFD().sync();
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        setSize(Math.max(size(), position + length));
        writeCount.incrementAndGet();
        writeBytes.addAndGet(length);
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        } finally {
            super.close();
        }
    }
}
