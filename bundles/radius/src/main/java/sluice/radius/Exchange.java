package sluice.radius;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One request on its way, from server to server until it is answered or given up. Belongs to the request loop. */
final class Exchange {

    final RequestDraft draft;
    final Completion completion;

    /** Servers that were asked in vain. */
    private final List<ServerLink> tried = new ArrayList<>(2);

    /** Identifiers under which the present server may answer; more than one only when Acct-Delay-Time changed. */
    int[] slots = new int[1];

    int slotCount;
    /** Transmissions to the present server. */
    int tries;
    /** Connections that broke under it. */
    int breaks;
    /** Of the first and of the last transmission to the present server, monotonic nanoseconds. */
    long firstSentAt;

    long sentAt;
    /** Monotonic milliseconds. */
    long deadline;

    /** Neighbours in the order of deadlines. */
    @Nullable
    Exchange earlier;

    @Nullable
    Exchange later;

    Exchange(RequestDraft draft, Completion completion) {
        this.draft = draft;
        this.completion = completion;
    }

    void addSlot(int slot) {
        if (slotCount == slots.length) {
            slots = Arrays.copyOf(slots, slotCount * 2);
        }
        slots[slotCount++] = slot;
    }

    int lastSlot() {
        return slots[slotCount - 1];
    }

    /** The present server did not answer; the next begins anew. */
    void leave(ServerLink link) {
        tried.add(link);
        tries = 0;
        slotCount = 0;
    }

    /** The connection to the present server broke; it may be asked again. */
    void detach() {
        breaks++;
        tries = 0;
        slotCount = 0;
    }

    boolean hasTriedAny() {
        return !tried.isEmpty();
    }

    boolean hasTried(ServerLink link) {
        return tried.contains(link);
    }
}
