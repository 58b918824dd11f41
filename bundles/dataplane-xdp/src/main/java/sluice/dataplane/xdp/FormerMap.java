package sluice.dataplane.xdp;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Optional;
import sluice.packet.io.KernelException;
import sluice.packet.io.Libc;

/**
 * A map that another version of the programs pinned, and what the kernel knows of its types.
 *
 * @param types empty when it was made without
 */
record FormerMap(BpfMap map, Optional<Btf> types) implements AutoCloseable {

    /** struct bpf_map_info, up to the types. */
    private static final CStruct INFO = CStruct.of(
            CStruct.u32("type"),
            CStruct.u32("id"),
            CStruct.u32("key_size"),
            CStruct.u32("value_size"),
            CStruct.u32("max_entries"),
            CStruct.u32("map_flags"),
            CStruct.bytes("name", 16),
            CStruct.u32("ifindex"),
            CStruct.u32("btf_vmlinux_value_type_id"),
            CStruct.u64("netns_dev"),
            CStruct.u64("netns_ino"),
            CStruct.u32("btf_id"),
            CStruct.u32("btf_key_type_id"),
            CStruct.u32("btf_value_type_id"),
            CStruct.u32("pad"));

    static FormerMap open(Path path, String name) throws KernelException {
        int fd = Bpf.open(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment info = INFO.allocate(arena);
            Bpf.info(fd, info);
            MapSpec spec = new MapSpec(
                    name,
                    INFO.get(info, "type"),
                    INFO.get(info, "key_size"),
                    INFO.get(info, "value_size"),
                    INFO.get(info, "max_entries"),
                    INFO.get(info, "map_flags"),
                    INFO.get(info, "btf_key_type_id"),
                    INFO.get(info, "btf_value_type_id"));
            int btf = INFO.get(info, "btf_id");
            return new FormerMap(
                    new BpfMap(spec, fd), btf == 0 ? Optional.empty() : Optional.of(new Btf(Bpf.btfOfKernel(btf))));
        } catch (KernelException | RuntimeException unusable) {
            Libc.close(fd);
            throw unusable;
        }
    }

    /** Whether its elements can become elements of another map; without types they must be of the same size. */
    boolean fits(MapSpec present) {
        MapSpec spec = map.spec();
        boolean sameSizes = spec.keySize() == present.keySize() && spec.valueSize() == present.valueSize();
        return spec.holdsValues() && present.holdsValues() && (types.isPresent() || sameSizes);
    }

    /** How its keys become keys of another map. */
    FieldMoves keysInto(MapSpec present, Btf presentTypes) {
        return moves(map.spec().keyType(), map.spec().keySize(), present.keyType(), present.keySize(), presentTypes);
    }

    /** How its values become values of another map. */
    FieldMoves valuesInto(MapSpec present, Btf presentTypes) {
        return moves(
                map.spec().valueType(), map.spec().valueSize(), present.valueType(), present.valueSize(), presentTypes);
    }

    private FieldMoves moves(int formerType, int formerSize, int presentType, int presentSize, Btf presentTypes) {
        if (types.isPresent() && formerType != 0 && presentType != 0) {
            return FieldMoves.between(types.get(), formerType, presentTypes, presentType);
        }
        return FieldMoves.whole(Math.min(formerSize, presentSize));
    }

    @Override
    public void close() throws KernelException {
        map.close();
    }
}
