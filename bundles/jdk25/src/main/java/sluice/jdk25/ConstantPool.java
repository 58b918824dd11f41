package sluice.jdk25;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;

/**
 * The constant pool of a class file (JVMS 4.4), just far enough to give static calls another owner.
 *
 * <p>Nothing but the pool changes: two entries are appended (the name of the new owner and its class) and the owner of
 * each matching Methodref points there. Code, stack maps and line numbers stay as compiled.
 */
final class ConstantPool {
    private static final int COUNT_AT = 8;
    private static final int FIRST_ENTRY_AT = 10;
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int METHODREF = 10;

    private final ByteBuffer classFile;
    private final int[] entryAt;
    private final int end;

    /**
     * Finds where each entry begins.
     *
     * @throws IllegalArgumentException when an entry has a tag this version of the format does not know
     */
    ConstantPool(byte[] bytes) {
        classFile = ByteBuffer.wrap(bytes);
        entryAt = new int[u16(COUNT_AT)];
        int at = FIRST_ENTRY_AT;
        for (int i = 1; i < entryAt.length; i++) {
            entryAt[i] = at;
            int tag = bytes[at];
            if (tag == 5 || tag == 6) {
                i++; // Long and Double take two places (JVMS 4.4.5)
            }
            at += sizeOf(tag, at);
        }
        end = at;
    }

    private int sizeOf(int tag, int at) {
        return switch (tag) {
            case UTF8 -> 3 + u16(at + 1);
            case CLASS, 8, 16, 19, 20 -> 3;
            case 15 -> 4;
            case 3, 4, 9, METHODREF, 11, 12, 17, 18 -> 5;
            case 5, 6 -> 9;
            default -> throw new IllegalArgumentException("Constant pool tag " + tag + " at " + at);
        };
    }

    /** Whether the bytes contain the text; a quick refusal before anything is parsed. */
    static boolean mentions(byte[] classFile, String text) {
        byte[] wanted = text.getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i <= classFile.length - wanted.length; i++) {
            if (Arrays.equals(classFile, i, i + wanted.length, wanted, 0, wanted.length)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Gives the calls another owner.
     *
     * @param calls each as {@code owner.name(parameters)result}, in internal names
     * @param owner internal name of the class that has methods of the same names and descriptors
     * @return a new class file, or nothing when none of the calls is made
     */
    Optional<byte[]> redirect(Set<String> calls, String owner) {
        byte[] original = classFile.array();
        byte[] patched = original.clone();
        boolean changed = false;
        for (int i = 1; i < entryAt.length; i++) {
            int at = entryAt[i];
            if (at != 0 && original[at] == METHODREF && calls.contains(call(at))) {
                ByteBuffer.wrap(patched).putShort(at + 1, (short) (entryAt.length + 1));
                changed = true;
            }
        }
        return changed ? Optional.of(append(patched, owner.getBytes(StandardCharsets.US_ASCII))) : Optional.empty();
    }

    private byte[] append(byte[] patched, byte[] owner) {
        return ByteBuffer.allocate(patched.length + 3 + owner.length + 3)
                .put(patched, 0, end)
                .put((byte) UTF8)
                .putShort((short) owner.length)
                .put(owner)
                .put((byte) CLASS)
                .putShort((short) entryAt.length)
                .put(patched, end, patched.length - end)
                .putShort(COUNT_AT, (short) (entryAt.length + 2))
                .array();
    }

    private String call(int methodref) {
        int owner = entryAt[u16(methodref + 1)];
        int nameAndType = entryAt[u16(methodref + 3)];
        return text(u16(owner + 1)) + '.' + text(u16(nameAndType + 1)) + text(u16(nameAndType + 3));
    }

    private String text(int index) {
        int at = entryAt[index];
        return new String(classFile.array(), at + 3, u16(at + 1), StandardCharsets.UTF_8);
    }

    private int u16(int at) {
        return classFile.getShort(at) & 0xffff;
    }
}
