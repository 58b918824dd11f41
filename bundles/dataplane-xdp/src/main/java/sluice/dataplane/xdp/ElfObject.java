package sluice.dataplane.xdp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * A relocatable ELF64 object for the BPF machine (System V gABI, chapter 4), as clang writes it. Read whole at birth;
 * immutable. What contradicts itself is an {@link IllegalArgumentException}: the object is ours and was built with us.
 */
final class ElfObject {

    static final int PROGBITS = 1;

    private static final int MAGIC = 0x464c457f;
    private static final int MACHINE_BPF = 247;
    private static final int SYMTAB = 2;
    private static final int REL = 9;
    private static final int SECTION_BYTES = 64;
    private static final int SYMBOL_BYTES = 24;
    private static final int RELOCATION_BYTES = 16;

    /**
     * A part of the file.
     *
     * @param type of {@code sh_type}
     * @param offset in the file, bytes
     * @param size bytes
     * @param link another section: for symbols their names
     * @param info another section: for relocations the one they change
     */
    record Section(int index, String name, int type, int offset, int size, int link, int info) {}

    /**
     * A name for a place.
     *
     * @param kind of {@code STT_*}
     * @param global visible from outside
     * @param section index of the section it lies in
     * @param value offset in that section, bytes
     * @param size bytes
     */
    record Symbol(String name, int kind, boolean global, int section, int value, int size) {

        static final int FUNCTION = 2;
        static final int SECTION = 3;
    }

    /**
     * A place that has to be filled in.
     *
     * @param offset of the instruction in its section, bytes
     * @param type of {@code R_BPF_*}
     */
    record Relocation(int offset, int type, Symbol symbol) {

        static final int ADDRESS_64 = 1;
        static final int CALL_32 = 10;
    }

    private final ByteBuffer file;
    private final List<Section> sections = new ArrayList<>();
    private final List<Symbol> symbols = new ArrayList<>();

    ElfObject(byte[] bytes) {
        file = ByteBuffer.wrap(bytes.clone()).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if (file.getInt(0) != MAGIC || file.get(4) != 2 || file.get(5) != 1 || file.getShort(18) != MACHINE_BPF) {
                throw new IllegalArgumentException("Not a 64-bit little-endian BPF object");
            }
            readSections();
            readSymbols();
        } catch (IndexOutOfBoundsException truncated) {
            throw new IllegalArgumentException("The BPF object ends too early", truncated);
        }
    }

    private void readSections() {
        int table = Math.toIntExact(file.getLong(40));
        int count = file.getShort(60);
        Objects.checkFromIndexSize(table, count * SECTION_BYTES, file.limit());
        int names = Math.toIntExact(file.getLong(table + file.getShort(62) * SECTION_BYTES + 24));
        for (int i = 0; i < count; i++) {
            int at = table + i * SECTION_BYTES;
            Section section = new Section(
                    i,
                    text(names + file.getInt(at)),
                    file.getInt(at + 4),
                    Math.toIntExact(file.getLong(at + 24)),
                    Math.toIntExact(file.getLong(at + 32)),
                    file.getInt(at + 40),
                    file.getInt(at + 44));
            sections.add(section);
        }
    }

    private void readSymbols() {
        for (Section section : sections) {
            if (section.type() != SYMTAB) {
                continue;
            }
            int names = sections.get(section.link()).offset();
            for (int at = section.offset(); at < section.offset() + section.size(); at += SYMBOL_BYTES) {
                int info = file.get(at + 4);
                symbols.add(new Symbol(
                        text(names + file.getInt(at)),
                        info & 0xf,
                        info >> 4 == 1,
                        file.getShort(at + 6) & 0xffff,
                        Math.toIntExact(file.getLong(at + 8)),
                        Math.toIntExact(file.getLong(at + 16))));
            }
        }
    }

    List<Section> sections() {
        return List.copyOf(sections);
    }

    Section section(int index) {
        return sections.get(index);
    }

    Optional<Section> section(String name) {
        return sections.stream().filter(section -> section.name().equals(name)).findFirst();
    }

    /** The bytes of a section that must be there. */
    byte[] contents(String name) {
        Section section =
                section(name).orElseThrow(() -> new IllegalArgumentException("The BPF object has no section " + name));
        return contents(section, 0, section.size());
    }

    byte[] contents(Section section, int from, int count) {
        byte[] bytes = new byte[count];
        try {
            file.get(section.offset() + from, bytes);
        } catch (IndexOutOfBoundsException truncated) {
            throw new IllegalArgumentException("Section " + section.name() + " ends too early", truncated);
        }
        return bytes;
    }

    List<Symbol> symbols() {
        return List.copyOf(symbols);
    }

    /** The function that begins at an offset of a section. */
    Symbol function(int section, int offset) {
        return symbols.stream()
                .filter(symbol ->
                        symbol.kind() == Symbol.FUNCTION && symbol.section() == section && symbol.value() == offset)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "No function at " + sections.get(section).name() + "+" + offset));
    }

    /** The relocations of a section, in the order of the file. */
    List<Relocation> relocations(int sectionIndex) {
        List<Relocation> relocations = new ArrayList<>();
        for (Section section : sections) {
            if (section.type() != REL || section.info() != sectionIndex) {
                continue;
            }
            for (int at = section.offset(); at < section.offset() + section.size(); at += RELOCATION_BYTES) {
                long info = file.getLong(at + 8);
                relocations.add(new Relocation(
                        Math.toIntExact(file.getLong(at)), (int) info, symbols.get((int) (info >>> 32))));
            }
        }
        return relocations;
    }

    private String text(int from) {
        int end = from;
        while (file.get(end) != 0) {
            end++;
        }
        byte[] bytes = new byte[end - from];
        file.get(from, bytes);
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }
}
