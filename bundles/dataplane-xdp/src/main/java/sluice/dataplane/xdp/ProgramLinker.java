package sluice.dataplane.xdp;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import sluice.net.Bytes;

/**
 * Makes one program out of an object: the functions it calls are laid behind it once each, calls become distances and
 * names of maps their descriptors.
 *
 * <pre>
 *  0        8    12   16              32                              64
 * +--------+----+----+---------------+-------------------------------+
 * | opcode |dst |src |    offset     |           immediate           |
 * +--------+----+----+---------------+-------------------------------+
 * </pre>
 *
 * Used once, by one thread.
 */
final class ProgramLinker {

    private static final int CALL = 0x85;
    private static final int LOAD_64 = 0x18;
    private static final int SOURCE_MAP_FD = 1;
    private static final int SOURCE_FUNCTION = 1;
    private static final int SOURCE_FUNCTION_ADDRESS = 4;
    private static final int CODE_MAX = 1 << 20;

    /** A function by the section and the offset where it stands in the object. */
    private record Place(int section, int offset) {}

    /** A call in the new code, and what it calls. */
    private record Call(int instruction, Place callee) {}

    private final ElfObject elf;
    private final Map<Place, Integer> functionTypes;
    private final Map<String, Integer> maps;
    private final ByteBuffer code = ByteBuffer.allocate(CODE_MAX).order(ByteOrder.LITTLE_ENDIAN);
    private final Map<Place, Integer> starts = new LinkedHashMap<>();
    private final List<Place> wanted = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();

    /** @param maps descriptors by name */
    ProgramLinker(ElfObject elf, Btf btf, Map<String, Integer> maps) {
        this.elf = elf;
        this.maps = Map.copyOf(maps);
        this.functionTypes = functionTypes(elf, btf);
    }

    ProgramImage link(ElfObject.Symbol program) {
        String license = new String(elf.contents("license"), StandardCharsets.ISO_8859_1).trim();
        wanted.add(new Place(program.section(), program.value()));
        for (int i = 0; i < wanted.size(); i++) {
            place(wanted.get(i));
        }
        for (Call call : calls) {
            Integer start = starts.get(call.callee());
            if (start == null) {
                throw new IllegalArgumentException("A call leads nowhere");
            }
            code.putInt(call.instruction() * ProgramImage.INSTRUCTION_BYTES + 4, start - call.instruction() - 1);
        }
        byte[] bytes = new byte[code.position()];
        code.get(0, bytes);
        return new ProgramImage(program.name(), license, Bytes.adopt(bytes), functionInfos());
    }

    /** Copies a function to the end of the code and resolves what it refers to. */
    private void place(Place place) {
        ElfObject.Symbol function = elf.function(place.section(), place.offset());
        ElfObject.Section section = elf.section(place.section());
        int start = code.position() / ProgramImage.INSTRUCTION_BYTES;
        starts.put(place, start);
        code.put(elf.contents(section, place.offset(), function.size()));

        Map<Integer, ElfObject.Relocation> relocations = new HashMap<>();
        for (ElfObject.Relocation relocation : elf.relocations(place.section())) {
            relocations.put(relocation.offset(), relocation);
        }
        int count = function.size() / ProgramImage.INSTRUCTION_BYTES;
        for (int i = 0; i < count; i++) {
            int at = place.offset() + i * ProgramImage.INSTRUCTION_BYTES;
            ElfObject.Relocation relocation = relocations.get(at);
            if (relocation != null) {
                resolve(start + i, relocation);
            } else if (isLocalCall(start + i)) {
                int distance = immediate(start + i) + 1;
                call(start + i, new Place(place.section(), at + distance * ProgramImage.INSTRUCTION_BYTES));
            }
            if (opcode(start + i) == LOAD_64) {
                i++; // the second half is no instruction of its own
            }
        }
    }

    private void resolve(int instruction, ElfObject.Relocation relocation) {
        ElfObject.Symbol symbol = relocation.symbol();
        switch (relocation.type()) {
            case ElfObject.Relocation.ADDRESS_64 -> address(instruction, symbol);
            case ElfObject.Relocation.CALL_32 -> {
                int offset = symbol.kind() == ElfObject.Symbol.SECTION
                        ? (immediate(instruction) + 1) * ProgramImage.INSTRUCTION_BYTES
                        : symbol.value();
                call(instruction, new Place(symbol.section(), offset));
            }
            default -> throw new IllegalArgumentException("Relocation of type " + relocation.type());
        }
    }

    /** The descriptor of a map, or the place of a static function for a helper that calls it back. */
    private void address(int instruction, ElfObject.Symbol symbol) {
        Integer map = maps.get(symbol.name());
        if (map != null) {
            source(instruction, SOURCE_MAP_FD);
            code.putInt(instruction * ProgramImage.INSTRUCTION_BYTES + 4, map);
        } else if (symbol.kind() == ElfObject.Symbol.SECTION
                && elf.section(symbol.section()).name().equals(".text")) {
            source(instruction, SOURCE_FUNCTION_ADDRESS);
            call(instruction, new Place(symbol.section(), immediate(instruction)));
        } else {
            throw new IllegalArgumentException(
                    "Refers to \"" + symbol.name() + "\", which is not a map;" + " global variables are not supported");
        }
    }

    private void source(int instruction, int kind) {
        int at = instruction * ProgramImage.INSTRUCTION_BYTES + 1;
        code.put(at, (byte) (code.get(at) & 0x0f | kind << 4));
    }

    private void call(int instruction, Place callee) {
        calls.add(new Call(instruction, callee));
        if (!wanted.contains(callee)) {
            wanted.add(callee);
        }
    }

    private boolean isLocalCall(int instruction) {
        int at = instruction * ProgramImage.INSTRUCTION_BYTES;
        return opcode(instruction) == CALL && (code.get(at + 1) >> 4 & 0xf) == SOURCE_FUNCTION;
    }

    private int opcode(int instruction) {
        return code.get(instruction * ProgramImage.INSTRUCTION_BYTES) & 0xff;
    }

    private int immediate(int instruction) {
        return code.getInt(instruction * ProgramImage.INSTRUCTION_BYTES + 4);
    }

    private List<ProgramImage.FunctionInfo> functionInfos() {
        List<ProgramImage.FunctionInfo> infos = new ArrayList<>();
        starts.forEach((place, start) -> {
            Integer type = functionTypes.get(place);
            if (type == null) {
                throw new IllegalArgumentException("A function has no type information");
            }
            infos.add(new ProgramImage.FunctionInfo(start, type));
        });
        return infos;
    }

    /** Reads the types of functions from .BTF.ext: per section its name, a count, and pairs of offset and type. */
    private static Map<Place, Integer> functionTypes(ElfObject elf, Btf btf) {
        ByteBuffer extra = ByteBuffer.wrap(elf.contents(".BTF.ext")).order(ByteOrder.LITTLE_ENDIAN);
        int at = extra.getInt(4) + extra.getInt(8);
        int end = at + extra.getInt(12);
        int stride = extra.getInt(at);
        at += 4;
        Map<Place, Integer> types = new HashMap<>();
        while (at < end) {
            String name = btf.text(extra.getInt(at));
            int count = extra.getInt(at + 4);
            at += 8;
            int section = elf.section(name).orElseThrow().index();
            for (int i = 0; i < count; i++, at += stride) {
                types.put(new Place(section, extra.getInt(at)), extra.getInt(at + 4));
            }
        }
        return types;
    }
}
