package sluice.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import sluice.net.Bytes;
import sluice.net.MalformedPacket;
import sluice.net.WireReader;
import sluice.net.WireWriter;

/**
 * Two files of fixed size, written in turn: while one fills, a checkpoint takes the contents of the other to the
 * tables. They are allocated when they are made, so that a full disk does not stop a commit, and so that forcing a
 * commit to the medium moves no metadata.
 *
 * <pre>
 *  frame: "SLJ1" | generation 8 | batch 8 | length 4 | CRC-32C 4 of all before and of the payload | payload
 * </pre>
 *
 * <p>A file's generation grows with every turn, so that what is left from an earlier turn is never taken for newer. The
 * first frame that does not fit its checksum, its generation or the count of batches ends the file.
 *
 * <p>Owned by the writer's thread.
 */
final class RedoLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RedoLog.class);
    private static final int MAGIC = 0x534c_4a31;
    private static final int HEADER_BYTES = 28;
    private static final int CHECKED_BYTES = 24;
    private static final int ZEROS = 64 * 1024;
    private static final int HALVES = 2;

    /** What is read back: one group commit. */
    record Entry(long generation, long batch, Bytes payload) {}

    /** What brings the contents of a file to the disk. */
    interface Medium {
        /** Returns when they are there; the length of the file does not change. */
        void force(FileChannel file) throws IOException;
    }

    static final Medium DISK = file -> file.force(false);

    private final List<FileChannel> halves = new ArrayList<>();
    private final int capacity;
    private final Medium medium;
    private int half;
    private int position;
    private int lastFrame;
    private long generation;

    /** Opens both files, makes them if they are missing. Nothing can be appended before {@link #turn}. */
    RedoLog(Path directory, int capacity, Medium medium) throws IOException {
        this.capacity = capacity;
        this.medium = medium;
        this.position = capacity;
        try {
            for (int i = 0; i < HALVES; i++) {
                halves.add(open(directory.resolve("redo-" + i + ".log"), capacity));
            }
            forceDirectory(directory);
        } catch (IOException failure) {
            close();
            throw failure;
        }
    }

    /** Largest payload that an empty file takes, bytes. */
    int payloadMax() {
        return capacity - HEADER_BYTES;
    }

    /** Everything in both files, the older first. To be read once, before the first turn. */
    List<Entry> recover() throws IOException {
        List<List<Entry>> files = new ArrayList<>();
        for (FileChannel file : halves) {
            files.add(entries(file));
        }
        files.removeIf(List::isEmpty);
        files.sort(Comparator.comparingLong(entries -> entries.getFirst().generation()));
        List<Entry> all = new ArrayList<>();
        for (List<Entry> entries : files) {
            generation = entries.getFirst().generation();
            long next = entries.getFirst().batch();
            all.removeIf(older -> older.batch() >= next); // failed, and written again in the next file
            all.addAll(entries);
        }
        return all;
    }

    /** Whether a payload of that size fits behind what is written. */
    boolean fits(int payload) {
        return payload <= capacity - HEADER_BYTES - position;
    }

    /** Goes on at the start of the other file, whose contents must be in the tables. */
    void turn() {
        half = (half + 1) % HALVES;
        generation++;
        position = 0;
        lastFrame = 0;
    }

    /**
     * The last append or force failed: nothing more is written to this file, and its last frame is taken back. If the
     * disk refuses even that, the frame may come back after a crash although it was reported as failed.
     */
    void spoil() {
        try {
            writeFully(halves.get(half), ByteBuffer.allocate(HEADER_BYTES), lastFrame);
            force();
        } catch (IOException stillFailing) {
            LOG.debug("The last frame cannot be taken back", stillFailing);
        }
        position = capacity;
    }

    /** Nothing more is written to this file: forcing it failed. What is in it was reported as written, and stays. */
    void leave() {
        position = capacity;
    }

    /**
     * Writes one group commit. Not durable before {@link #force}.
     *
     * @return bytes written
     */
    int append(long batch, Bytes payload) throws IOException {
        WireWriter header = new WireWriter(HEADER_BYTES);
        header.i32(MAGIC).u64(generation).u64(batch).u32(payload.length());
        ByteBuffer frame = ByteBuffer.allocate(HEADER_BYTES + payload.length());
        header.toBytes().writeTo(frame);
        frame.position(HEADER_BYTES);
        payload.writeTo(frame);
        frame.putInt(CHECKED_BYTES, checksum(frame.array()));
        frame.flip();
        int length = frame.remaining();
        lastFrame = position;
        writeFully(halves.get(half), frame, position);
        position += length;
        return length;
    }

    /** Everything appended to this file is on the medium when this returns. */
    void force() throws IOException {
        medium.force(halves.get(half));
    }

    @Override
    public void close() {
        for (FileChannel file : halves) {
            try {
                file.close();
            } catch (IOException failure) { // everything that was promised is forced already
                LOG.debug("A redo file did not close", failure);
            }
        }
    }

    private static int checksum(byte[] frame) {
        CRC32C crc = new CRC32C();
        crc.update(frame, 0, CHECKED_BYTES);
        crc.update(frame, HEADER_BYTES, frame.length - HEADER_BYTES);
        return (int) crc.getValue();
    }

    private List<Entry> entries(FileChannel file) throws IOException {
        ByteBuffer whole = ByteBuffer.allocate((int) Math.min(Integer.MAX_VALUE - Long.BYTES, file.size()));
        int read = 0;
        while (whole.hasRemaining() && read >= 0) {
            read = file.read(whole, whole.position());
        }
        List<Entry> entries = new ArrayList<>();
        WireReader in = new WireReader(Bytes.adopt(whole.array()));
        try {
            while (in.remaining() >= HEADER_BYTES) {
                int start = in.offset();
                int magic = in.i32();
                long frameGeneration = in.u64();
                long batch = in.u64();
                int length = in.i32();
                int expected = in.i32();
                Bytes payload = in.bytes(length);
                byte[] frame = new byte[HEADER_BYTES + length];
                System.arraycopy(whole.array(), start, frame, 0, frame.length);
                boolean follows = entries.isEmpty()
                        || (entries.getFirst().generation() == frameGeneration
                                && entries.getLast().batch() + 1 == batch);
                if (magic != MAGIC || !follows || checksum(frame) != expected) {
                    break;
                }
                entries.add(new Entry(frameGeneration, batch, payload));
            }
        } catch (MalformedPacket endOfGoodFrames) {
            return entries;
        }
        return entries;
    }

    private static FileChannel open(Path path, int capacity) throws IOException {
        FileChannel file =
                FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            ByteBuffer zeros = ByteBuffer.allocate(ZEROS);
            for (long at = file.size(); at < capacity; at = file.size()) {
                zeros.clear().limit((int) Math.min(ZEROS, capacity - at));
                writeFully(file, zeros, at);
            }
            file.force(true);
            return file;
        } catch (IOException failure) {
            file.close();
            throw failure;
        }
    }

    private static void writeFully(FileChannel file, ByteBuffer bytes, long position) throws IOException {
        long at = position;
        while (bytes.hasRemaining()) {
            at += file.write(bytes, at);
        }
    }

    private static void forceDirectory(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (FileChannel names = FileChannel.open(directory, StandardOpenOption.READ)) {
                names.force(true);
            }
        }
    }
}
