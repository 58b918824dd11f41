package sluice.dataplane.xdp;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/** The commands of bpf(2), each with its part of {@code union bpf_attr}. Safe for any thread. */
final class Bpf {

    /** Replace or insert. */
    static final long ANY = 0;

    private static final long NO_EXIST = 1;

    static final int XDP_ATTACH = 37;
    static final int XDP_GENERIC = 1 << 1;
    static final int XDP_NATIVE = 1 << 2;

    private static final int MAP_CREATE = 0;
    private static final int MAP_LOOKUP = 1;
    private static final int MAP_UPDATE = 2;
    private static final int MAP_DELETE = 3;
    private static final int PROG_LOAD = 5;
    private static final int OBJ_PIN = 6;
    private static final int OBJ_GET = 7;
    private static final int OBJ_GET_INFO = 15;
    private static final int BTF_LOAD = 18;
    private static final int MAP_LOOKUP_AND_DELETE = 21;
    private static final int MAP_LOOKUP_BATCH = 24;
    private static final int BTF_GET_FD_BY_ID = 19;
    private static final int LINK_CREATE = 28;
    private static final int LINK_UPDATE = 29;
    private static final int LINK_DETACH = 34;

    private static final int PROG_TYPE_XDP = 6;
    private static final int NAME_LENGTH = 16;
    private static final int LOG_BYTES = 1 << 22;
    private static final int LOG_SHOWN = 4000;

    private static final CStruct CREATE = CStruct.of(
            CStruct.u32("map_type"),
            CStruct.u32("key_size"),
            CStruct.u32("value_size"),
            CStruct.u32("max_entries"),
            CStruct.u32("map_flags"),
            CStruct.u32("inner_map_fd"),
            CStruct.u32("numa_node"),
            CStruct.bytes("map_name", NAME_LENGTH),
            CStruct.u32("map_ifindex"),
            CStruct.u32("btf_fd"),
            CStruct.u32("btf_key_type_id"),
            CStruct.u32("btf_value_type_id"));

    private static final CStruct ELEMENT = CStruct.of(
            CStruct.u32("map_fd"), CStruct.u32("pad"), CStruct.u64("key"), CStruct.u64("value"), CStruct.u64("flags"));

    private static final CStruct BATCH = CStruct.of(
            CStruct.u64("in_batch"),
            CStruct.u64("out_batch"),
            CStruct.u64("keys"),
            CStruct.u64("values"),
            CStruct.u32("count"),
            CStruct.u32("map_fd"),
            CStruct.u64("elem_flags"),
            CStruct.u64("flags"));

    private static final CStruct LOAD = CStruct.of(
            CStruct.u32("prog_type"),
            CStruct.u32("insn_cnt"),
            CStruct.u64("insns"),
            CStruct.u64("license"),
            CStruct.u32("log_level"),
            CStruct.u32("log_size"),
            CStruct.u64("log_buf"),
            CStruct.u32("kern_version"),
            CStruct.u32("prog_flags"),
            CStruct.bytes("prog_name", NAME_LENGTH),
            CStruct.u32("prog_ifindex"),
            CStruct.u32("expected_attach_type"),
            CStruct.u32("prog_btf_fd"),
            CStruct.u32("func_info_rec_size"),
            CStruct.u64("func_info"),
            CStruct.u32("func_info_cnt"),
            CStruct.u32("line_info_rec_size"),
            CStruct.u64("line_info"),
            CStruct.u32("line_info_cnt"),
            CStruct.u32("attach_btf_id"));

    private static final CStruct BTF = CStruct.of(
            CStruct.u64("btf"),
            CStruct.u64("btf_log_buf"),
            CStruct.u32("btf_size"),
            CStruct.u32("btf_log_size"),
            CStruct.u32("btf_log_level"),
            CStruct.u32("pad"));

    private static final CStruct BY_ID =
            CStruct.of(CStruct.u32("id"), CStruct.u32("next_id"), CStruct.u32("open_flags"));

    private static final CStruct BTF_INFO = CStruct.of(CStruct.u64("btf"), CStruct.u32("btf_size"), CStruct.u32("id"));

    private static final CStruct OBJECT =
            CStruct.of(CStruct.u64("pathname"), CStruct.u32("bpf_fd"), CStruct.u32("file_flags"));

    private static final CStruct INFO = CStruct.of(CStruct.u32("bpf_fd"), CStruct.u32("info_len"), CStruct.u64("info"));

    private static final CStruct LINK = CStruct.of(
            CStruct.u32("prog_fd"), CStruct.u32("target_ifindex"), CStruct.u32("attach_type"), CStruct.u32("flags"));

    private static final CStruct DETACH = CStruct.of(CStruct.u32("link_fd"));

    private static final CStruct UPDATE = CStruct.of(
            CStruct.u32("link_fd"), CStruct.u32("new_prog_fd"), CStruct.u32("flags"), CStruct.u32("old_prog_fd"));

    /**
     * What a look-up of many found.
     *
     * @param count how many
     * @param last whether there are no more
     */
    record Batch(int count, boolean last) {}

    private Bpf() {}

    static int createMap(MapSpec spec, int btf) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = CREATE.allocate(arena);
            CREATE.set(attributes, "map_type", spec.type());
            CREATE.set(attributes, "key_size", spec.keySize());
            CREATE.set(attributes, "value_size", spec.valueSize());
            CREATE.set(attributes, "max_entries", spec.maxEntries());
            CREATE.set(attributes, "map_flags", spec.flags());
            putName(attributes, CREATE.offset("map_name"), spec.name());
            if (spec.takesTypes()) {
                CREATE.set(attributes, "btf_fd", btf);
                CREATE.set(attributes, "btf_key_type_id", spec.keyType());
                CREATE.set(attributes, "btf_value_type_id", spec.valueType());
            }
            return Libc.bpf("create map " + spec.name(), MAP_CREATE, attributes);
        }
    }

    /** Copies the value of a key; {@code ENOENT} if there is none. */
    static void lookup(int map, MemorySegment key, MemorySegment value) throws KernelException {
        element("look up", MAP_LOOKUP, map, key, value);
    }

    /** Copies the value of a key. Returns false if there is none. */
    static boolean find(int map, MemorySegment key, MemorySegment value) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            return Libc.bpfFinds("look up", MAP_LOOKUP, attributes(arena, map, key, value, ANY));
        }
    }

    static void update(int map, MemorySegment key, MemorySegment value) throws KernelException {
        element("update", MAP_UPDATE, map, key, value);
    }

    static void delete(int map, MemorySegment key) throws KernelException {
        element("delete", MAP_DELETE, map, key, MemorySegment.NULL);
    }

    /** As {@link #update}, but {@code EEXIST} if the key is there. */
    static void insert(int map, MemorySegment key, MemorySegment value) throws KernelException {
        element("insert", MAP_UPDATE, map, key, value, NO_EXIST);
    }

    /** Copies the value of a key and removes it in one step; {@code ENOENT} if there is none. */
    static void take(int map, MemorySegment key, MemorySegment value) throws KernelException {
        element("take", MAP_LOOKUP_AND_DELETE, map, key, value);
    }

    private static void element(String call, int command, int map, MemorySegment key, MemorySegment value)
            throws KernelException {
        element(call, command, map, key, value, ANY);
    }

    private static void element(String call, int command, int map, MemorySegment key, MemorySegment value, long flags)
            throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            Libc.bpf(call, command, attributes(arena, map, key, value, flags));
        }
    }

    private static MemorySegment attributes(Arena arena, int map, MemorySegment key, MemorySegment value, long flags) {
        MemorySegment attributes = ELEMENT.allocate(arena);
        ELEMENT.set(attributes, "map_fd", map);
        ELEMENT.set(attributes, "key", key);
        ELEMENT.set(attributes, "value", value);
        ELEMENT.set(attributes, "flags", flags);
        return attributes;
    }

    /**
     * Copies up to {@code count} keys and values in one call.
     *
     * @param cursor 8 bytes of the kernel's; where to go on
     * @param first whether to begin at the beginning
     */
    static Batch lookupBatch(
            int map, MemorySegment cursor, boolean first, MemorySegment keys, MemorySegment values, int count)
            throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = BATCH.allocate(arena);
            BATCH.set(attributes, "in_batch", first ? MemorySegment.NULL : cursor);
            BATCH.set(attributes, "out_batch", cursor);
            BATCH.set(attributes, "keys", keys);
            BATCH.set(attributes, "values", values);
            BATCH.set(attributes, "count", count);
            BATCH.set(attributes, "map_fd", map);
            boolean last = false;
            try {
                Libc.bpf("look up batch", MAP_LOOKUP_BATCH, attributes);
            } catch (KernelException refusal) {
                if (refusal.errno() != KernelException.ENOENT) {
                    throw refusal;
                }
                last = true;
            }
            return new Batch(BATCH.get(attributes, "count"), last);
        }
    }

    /** Loads type information; the kernel's log is asked for only after a refusal. */
    static int loadBtf(byte[] btf) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = BTF.allocate(arena);
            BTF.set(attributes, "btf", arena.allocateFrom(JAVA_BYTE, btf));
            BTF.set(attributes, "btf_size", btf.length);
            try {
                return Libc.bpf("load BTF", BTF_LOAD, attributes);
            } catch (KernelException refusal) {
                MemorySegment log = arena.allocate(LOG_BYTES);
                BTF.set(attributes, "btf_log_buf", log);
                BTF.set(attributes, "btf_log_size", LOG_BYTES);
                BTF.set(attributes, "btf_log_level", 1);
                throw explained("load BTF", BTF_LOAD, attributes, log);
            }
        }
    }

    /** The type information that the kernel keeps under an id. */
    static byte[] btfOfKernel(int id) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = BY_ID.allocate(arena);
            BY_ID.set(attributes, "id", id);
            int fd = Libc.bpf("open BTF " + id, BTF_GET_FD_BY_ID, attributes);
            try {
                MemorySegment info = BTF_INFO.allocate(arena);
                info(fd, info); // says how long it is
                int bytes = BTF_INFO.get(info, "btf_size");
                MemorySegment btf = arena.allocate(bytes);
                BTF_INFO.set(info, "btf", btf);
                info(fd, info);
                return btf.toArray(JAVA_BYTE);
            } finally {
                Libc.close(fd);
            }
        }
    }

    /** Loads an XDP program; the verifier's log is asked for only after a refusal. */
    static int loadProgram(ProgramImage image, int btf) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = LOAD.allocate(arena);
            LOAD.set(attributes, "prog_type", PROG_TYPE_XDP);
            LOAD.set(attributes, "insn_cnt", image.instructionCount());
            LOAD.set(attributes, "insns", image.instructions(arena));
            LOAD.set(attributes, "license", arena.allocateFrom(image.license()));
            putName(attributes, LOAD.offset("prog_name"), image.name());
            LOAD.set(attributes, "expected_attach_type", XDP_ATTACH);
            LOAD.set(attributes, "prog_btf_fd", btf);
            LOAD.set(attributes, "func_info_rec_size", ProgramImage.FUNCTION_INFO_BYTES);
            LOAD.set(attributes, "func_info", image.functionInfos(arena));
            LOAD.set(attributes, "func_info_cnt", image.functionCount());
            try {
                return Libc.bpf("load program " + image.name(), PROG_LOAD, attributes);
            } catch (KernelException refusal) {
                MemorySegment log = arena.allocate(LOG_BYTES);
                LOAD.set(attributes, "log_buf", log);
                LOAD.set(attributes, "log_size", LOG_BYTES);
                LOAD.set(attributes, "log_level", 1);
                throw explained("load program " + image.name(), PROG_LOAD, attributes, log);
            }
        }
    }

    /** The same call again with a log, to say why it is refused. */
    private static KernelException explained(String call, int command, MemorySegment attributes, MemorySegment log)
            throws KernelException {
        try {
            Libc.close(Libc.bpf(call, command, attributes));
            return new KernelException(call, 0, "refused once, accepted at the second try");
        } catch (KernelException refusal) {
            String text = log.getString(0, StandardCharsets.ISO_8859_1);
            return new KernelException(call, refusal.errno(), text.substring(Math.max(0, text.length() - LOG_SHOWN)));
        }
    }

    static void pin(int fd, Path path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = OBJECT.allocate(arena);
            OBJECT.set(attributes, "pathname", arena.allocateFrom(path.toString()));
            OBJECT.set(attributes, "bpf_fd", fd);
            Libc.bpf("pin " + path, OBJ_PIN, attributes);
        }
    }

    /** A new descriptor of what is pinned there. */
    static int open(Path path) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = OBJECT.allocate(arena);
            OBJECT.set(attributes, "pathname", arena.allocateFrom(path.toString()));
            return Libc.bpf("open " + path, OBJ_GET, attributes);
        }
    }

    /** Fills {@code info} with what the kernel knows of an object. */
    static void info(int fd, MemorySegment info) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = INFO.allocate(arena);
            INFO.set(attributes, "bpf_fd", fd);
            INFO.set(attributes, "info_len", (int) info.byteSize());
            INFO.set(attributes, "info", info);
            Libc.bpf("object info", OBJ_GET_INFO, attributes);
        }
    }

    static int attach(int program, int ifindex, int flags) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = LINK.allocate(arena);
            LINK.set(attributes, "prog_fd", program);
            LINK.set(attributes, "target_ifindex", ifindex);
            LINK.set(attributes, "attach_type", XDP_ATTACH);
            LINK.set(attributes, "flags", flags);
            return Libc.bpf("attach to interface " + ifindex, LINK_CREATE, attributes);
        }
    }

    /** Takes the program of a link off its interface at once; unpinning it alone does so at a later time. */
    static void detach(int link) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = DETACH.allocate(arena);
            DETACH.set(attributes, "link_fd", link);
            Libc.bpf("detach link", LINK_DETACH, attributes);
        }
    }

    /** Replaces the program of a link; no frame meets neither. */
    static void replace(int link, int program) throws KernelException {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment attributes = UPDATE.allocate(arena);
            UPDATE.set(attributes, "link_fd", link);
            UPDATE.set(attributes, "new_prog_fd", program);
            Libc.bpf("update link", LINK_UPDATE, attributes);
        }
    }

    private static void putName(MemorySegment attributes, long offset, String name) {
        byte[] bytes = name.getBytes(StandardCharsets.ISO_8859_1);
        MemorySegment.copy(bytes, 0, attributes, JAVA_BYTE, offset, Math.min(bytes.length, NAME_LENGTH - 1));
    }
}
