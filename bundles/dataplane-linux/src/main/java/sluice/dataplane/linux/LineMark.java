package sluice.dataplane.linux;

import java.util.List;
import sluice.net.VlanTag;

/**
 * The tags of a frame as its mark between the programs and the rules. The programs on the access interfaces take tags
 * off and put them on; the layout is theirs too ({@code tags.bpf.c}).
 *
 * <pre>
 * 31 tagged | 30 fixed priority | 29..27 priority | 25 service tag | 24 two tags | 23..12 outer VLAN | 11..0 inner VLAN
 * </pre>
 */
final class LineMark {

    /** Of a frame without tags. */
    static final int UNTAGGED = 0;

    private static final int TAGGED = 1 << 31;
    private static final int FIXED = 1 << 30;
    private static final int PRIORITY_SHIFT = 27;
    private static final int SERVICE = 1 << 25;
    private static final int INNER = 1 << 24;
    private static final int OUTER_SHIFT = 12;

    private LineMark() {}

    /** Whether there is a mark for these tags. */
    static boolean knows(List<VlanTag> tags) {
        return switch (tags.size()) {
            case 0 -> true;
            case 1 -> isKernels(tags.getFirst());
            default -> isKernels(tags.getFirst()) && tags.getLast().tpid() == VlanTag.C_TAG;
        };
    }

    private static boolean isKernels(VlanTag tag) {
        return tag.tpid() != VlanTag.OLD_S_TAG;
    }

    /** Of frames that arrive, whatever their priority. */
    static int of(List<VlanTag> tags) {
        if (tags.isEmpty()) {
            return UNTAGGED;
        }
        int mark = TAGGED | tags.getFirst().vid() << OUTER_SHIFT;
        if (tags.getFirst().tpid() == VlanTag.S_TAG) {
            mark |= SERVICE;
        }
        return tags.size() == 1 ? mark : mark | INNER | tags.getLast().vid();
    }

    /** Of frames that leave. */
    static int leaving(List<VlanTag> tags, boolean fixedPriority) {
        int mark = of(tags);
        return mark == UNTAGGED || !fixedPriority
                ? mark
                : mark | FIXED | tags.getFirst().priority() << PRIORITY_SHIFT;
    }
}
