package sluice.dataplane.xdp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.ToIntFunction;

/**
 * The type information of an object (kernel documentation, bpf/btf.rst).
 *
 * <pre>
 * header: magic u16 | version u8 | flags u8 | hdr_len | type_off | type_len | str_off | str_len
 * type:   name_off | kind_flag:1 unused:2 kind:5 unused:8 vlen:16 | size or type | what the kind needs
 * </pre>
 *
 * Types are numbered from 1; 0 is void. Not shared between threads while {@link #fixSections} runs.
 */
final class Btf {

    private static final int MAGIC = 0xeb9f;
    private static final int TYPE_BYTES = 12;
    private static final int MEMBER_BYTES = 12;
    private static final int ENUMERATOR_BYTES = 8;
    private static final int SECTION_VARIABLE_BYTES = 12;
    private static final int POINTER_BYTES = 8;

    /** Kinds of types. */
    static final int INT = 1;

    static final int POINTER = 2;
    static final int ARRAY = 3;
    static final int STRUCT = 4;
    static final int UNION = 5;
    static final int ENUM = 6;
    static final int TYPEDEF = 8;
    static final int VOLATILE = 9;
    static final int CONST = 10;
    static final int RESTRICT = 11;
    static final int VARIABLE = 14;
    static final int DATA_SECTION = 15;
    static final int TYPE_TAG = 18;
    static final int ENUM64 = 19;

    /**
     * A member of a struct or a variable of a section.
     *
     * @param type id of its type
     * @param offset bytes from the beginning
     */
    record Member(String name, int type, int offset) {}

    private final ByteBuffer bytes;
    private final int strings;
    private final List<Integer> offsets = new ArrayList<>(List.of(0));

    Btf(byte[] btf) {
        bytes = ByteBuffer.wrap(btf.clone()).order(ByteOrder.LITTLE_ENDIAN);
        try {
            if ((bytes.getShort(0) & 0xffff) != MAGIC) {
                throw new IllegalArgumentException("Not BTF");
            }
            int header = bytes.getInt(4);
            strings = header + bytes.getInt(16);
            int end = header + bytes.getInt(8) + bytes.getInt(12);
            for (int at = header + bytes.getInt(8); at < end; at += TYPE_BYTES + extraBytes(at)) {
                offsets.add(at);
            }
        } catch (IndexOutOfBoundsException truncated) {
            throw new IllegalArgumentException("BTF ends too early", truncated);
        }
    }

    private int extraBytes(int at) {
        int info = bytes.getInt(at + 4);
        int count = info & 0xffff;
        return switch (info >> 24 & 0x1f) {
            case INT, VARIABLE, 17 -> 4;
            case ARRAY -> 12;
            case STRUCT, UNION, DATA_SECTION, 19 -> 12 * count;
            case ENUM, 13 -> 8 * count;
            default -> 0;
        };
    }

    /** The bytes as the kernel takes them. */
    byte[] toBytes() {
        return bytes.array().clone();
    }

    int count() {
        return offsets.size();
    }

    int kind(int type) {
        return bytes.getInt(at(type) + 4) >> 24 & 0x1f;
    }

    String name(int type) {
        return text(bytes.getInt(at(type)));
    }

    /** The type behind names and qualifiers. */
    int resolved(int type) {
        int current = type;
        while (true) {
            switch (kind(current)) {
                case TYPEDEF, VOLATILE, CONST, RESTRICT, TYPE_TAG -> current = referred(current);
                default -> {
                    return current;
                }
            }
        }
    }

    /** The type that a pointer, a qualifier or a variable refers to. */
    int referred(int type) {
        return bytes.getInt(at(type) + 8);
    }

    /** Bytes of a value. */
    int size(int type) {
        int plain = resolved(type);
        return switch (kind(plain)) {
            case POINTER -> POINTER_BYTES;
            case ARRAY -> elements(plain) * size(elementType(plain));
            default -> bytes.getInt(at(plain) + 8);
        };
    }

    /** How many elements an array has. */
    int elements(int array) {
        return bytes.getInt(at(array) + TYPE_BYTES + 8);
    }

    int elementType(int array) {
        return bytes.getInt(at(array) + TYPE_BYTES);
    }

    /** The members of a struct or union, in order; bit fields are not ours. */
    List<Member> members(int struct) {
        int plain = resolved(struct);
        List<Member> members = new ArrayList<>();
        for (int i = 0; i < vlen(plain); i++) {
            int at = at(plain) + TYPE_BYTES + i * MEMBER_BYTES;
            members.add(
                    new Member(text(bytes.getInt(at)), bytes.getInt(at + 4), (bytes.getInt(at + 8) & 0xffffff) / 8));
        }
        return members;
    }

    /** The variables of a data section; offsets are right after {@link #fixSections}. */
    List<Member> variables(int section) {
        List<Member> variables = new ArrayList<>();
        for (int i = 0; i < vlen(section); i++) {
            int at = at(section) + TYPE_BYTES + i * SECTION_VARIABLE_BYTES;
            int variable = bytes.getInt(at);
            variables.add(new Member(name(variable), referred(variable), bytes.getInt(at + 4)));
        }
        return variables;
    }

    /** The constants of an enum by name. */
    Map<String, Integer> constants(int enumeration) {
        Map<String, Integer> constants = new LinkedHashMap<>();
        for (int i = 0; i < vlen(enumeration); i++) {
            int at = at(enumeration) + TYPE_BYTES + i * ENUMERATOR_BYTES;
            constants.put(text(bytes.getInt(at)), bytes.getInt(at + 4));
        }
        return constants;
    }

    /** The type of a kind with a name. */
    OptionalInt find(int kind, String name) {
        for (int type = 1; type < count(); type++) {
            if (kind(type) == kind && name(type).equals(name)) {
                return OptionalInt.of(type);
            }
        }
        return OptionalInt.empty();
    }

    /**
     * Writes into every data section its size and the places of its variables, which the compiler leaves to the linker
     * and the kernel insists on.
     */
    void fixSections(ElfObject elf) {
        for (int type = 1; type < count(); type++) {
            if (kind(type) == DATA_SECTION && elf.section(name(type)).isPresent()) {
                fixSection(type, elf, elf.section(name(type)).orElseThrow());
            }
        }
    }

    private void fixSection(int type, ElfObject elf, ElfObject.Section section) {
        bytes.putInt(at(type) + 8, section.size());
        ToIntFunction<String> place = name -> elf.symbols().stream()
                .filter(symbol ->
                        symbol.section() == section.index() && symbol.name().equals(name))
                .mapToInt(ElfObject.Symbol::value)
                .findFirst()
                .orElse(0);
        record Variable(int type, int offset, int size) {}
        List<Variable> variables = new ArrayList<>();
        for (int i = 0; i < vlen(type); i++) {
            int at = at(type) + TYPE_BYTES + i * SECTION_VARIABLE_BYTES;
            int variable = bytes.getInt(at);
            variables.add(new Variable(variable, place.applyAsInt(name(variable)), bytes.getInt(at + 8)));
        }
        variables.sort(Comparator.comparingInt(Variable::offset));
        for (int i = 0; i < variables.size(); i++) {
            int at = at(type) + TYPE_BYTES + i * SECTION_VARIABLE_BYTES;
            bytes.putInt(at, variables.get(i).type());
            bytes.putInt(at + 4, variables.get(i).offset());
            bytes.putInt(at + 8, variables.get(i).size());
        }
    }

    /** The layout of a type as text: whatever changes it changes this. */
    String describe(int type) {
        int plain = resolved(type);
        return switch (kind(plain)) {
            case STRUCT, UNION -> {
                StringBuilder text = new StringBuilder(name(plain)).append('{');
                for (Member member : members(plain)) {
                    text.append(member.name())
                            .append('@')
                            .append(member.offset())
                            .append(':')
                            .append(describe(member.type()))
                            .append(';');
                }
                yield text.append('}').append(size(plain)).toString();
            }
            case ARRAY -> describe(elementType(plain)) + "[" + elements(plain) + "]";
            default -> kind(plain) + "/" + size(plain);
        };
    }

    private int vlen(int type) {
        return bytes.getInt(at(type) + 4) & 0xffff;
    }

    private int at(int type) {
        if (type <= 0) {
            throw new IllegalArgumentException("BTF type " + type + ", expected 1.." + (count() - 1));
        }
        return offsets.get(type);
    }

    String text(int offset) {
        int end = strings + offset;
        while (bytes.get(end) != 0) {
            end++;
        }
        byte[] text = new byte[end - strings - offset];
        bytes.get(strings + offset, text);
        return new String(text, StandardCharsets.ISO_8859_1);
    }
}
