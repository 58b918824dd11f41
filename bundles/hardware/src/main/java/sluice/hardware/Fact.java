package sluice.hardware;

import java.util.Arrays;
import java.util.Optional;

/** Something that a machine says about itself and by which a profile can recognise it. */
enum Fact {
    DMI_VENDOR("dmi.vendor"),
    DMI_PRODUCT("dmi.product"),
    DMI_BOARD("dmi.board"),
    DEVICE_TREE_MODEL("device-tree.model"),
    DEVICE_TREE_COMPATIBLE("device-tree.compatible"),
    ONIE_VENDOR("onie.vendor"),
    ONIE_PLATFORM("onie.platform"),
    ONIE_PRODUCT("onie.product"),
    ONIE_PART_NUMBER("onie.part-number");

    private final String key;

    Fact(String key) {
        this.key = key;
    }

    /** The word for it in profiles and messages. */
    String key() {
        return key;
    }

    static Optional<Fact> of(String key) {
        return Arrays.stream(values()).filter(fact -> fact.key.equals(key)).findFirst();
    }
}
