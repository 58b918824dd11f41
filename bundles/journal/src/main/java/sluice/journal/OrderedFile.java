package sluice.journal;

import java.io.EOFException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.SFChunk;
import org.h2.mvstore.SingleFileStore;

/**
 * A file of H2 that survives a kill, a power cut and an interrupted thread, although space is used again at once.
 *
 * <ul>
 *   <li>H2 finds a chunk valid by its header and footer and never looks between; a power cut may leave both and lose
 *       what is between. So a chunk is written in two steps, each forced to the medium: everything but the block with
 *       the footer, then that block.
 *   <li>The header of the file names the chunk before the newest, or an older one, and H2 finds the newest by a chain
 *       from there. The chain breaks when the newest did not go where it was foretold, or when a chunk of the chain is
 *       dead and overwritten; a header that says {@code clean} while a commit overwrites a dead chunk misleads it too.
 *       Killed then, H2 falls back to an old version (seen in one of a few kills). So {@link #seal} writes a header
 *       that names the newest chunk and does not say {@code clean}, after every commit and before the first.
 *   <li>H2 reads through a {@code FileChannel}, which the interrupt of one reader closes for everybody; here it reads
 *       through a {@code RandomAccessFile}, which does not care.
 * </ul>
 */
final class OrderedFile extends SingleFileStore {
    private static final int BLOCK_BYTES = 4096;
    private static final int HEADER_COPIES = 2;

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

    /** Writes the header of the file: the newest chunk is the one to begin with. */
    void seal() throws IOException {
        SFChunk newest = lastChunk;
        if (newest == null) {
            return;
        }
        storeHeader.remove("clean");
        storeHeader.put("block", newest.block);
        storeHeader.put("chunk", newest.id);
        storeHeader.put("version", newest.version);
        StringBuilder text = new StringBuilder();
        DataUtils.appendMap(text, storeHeader);
        byte[] checked = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        DataUtils.appendMap(text, "fletcher", DataUtils.getFletcher32(checked, 0, checked.length));
        text.append('\n');
        byte[] header = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        synchronized (file) {
            for (int copy = 0; copy < HEADER_COPIES; copy++) {
                file.seek((long) copy * BLOCK_BYTES);
                file.write(Arrays.copyOf(header, BLOCK_BYTES));
            }
            file.getFD().sync();
        }
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
