package sluice.radius;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import sluice.radius.packet.Packets;

/**
 * Source ports and identifiers towards one server: a slot is {@code socket * 256 + identifier} (RFC 2865, 3). A slot
 * that is given back is used last, so that replies that are late meet their own past and not another request. Belongs
 * to the request loop.
 */
final class Slots {

    private static final byte IN_USE = 1;
    private static final byte ANSWERED = 2;
    private static final byte GIVEN_UP = 3;

    private final @Nullable Exchange[] owners;
    private final byte[] states;
    private final byte[][] authenticators;
    private final byte[][] earlierAuthenticators;
    private final int[] free;
    private int freeHead;
    private int freeCount;

    Slots(int sockets) {
        int count = sockets * Packets.IDS;
        owners = new Exchange[count];
        states = new byte[count];
        authenticators = new byte[count][Packets.AUTHENTICATOR];
        earlierAuthenticators = new byte[count][Packets.AUTHENTICATOR];
        free = new int[count];
        Arrays.setAll(free, slot -> slot);
        freeCount = count;
    }

    /** The slot now owned by the exchange, or -1 when all are in use. */
    int acquire(Exchange owner) {
        if (freeCount == 0) {
            return -1;
        }
        int slot = free[freeHead];
        freeHead = (freeHead + 1) % free.length;
        freeCount--;
        owners[slot] = owner;
        states[slot] = IN_USE;
        byte[] earlier = authenticators[slot];
        authenticators[slot] = earlierAuthenticators[slot];
        earlierAuthenticators[slot] = earlier;
        return slot;
    }

    /** Gives back every slot of the exchange towards this server. */
    void release(Exchange owner, boolean answered) {
        for (int i = 0; i < owner.slotCount; i++) {
            int slot = owner.slots[i];
            owners[slot] = null;
            states[slot] = answered ? ANSWERED : GIVEN_UP;
            free[(freeHead + freeCount) % free.length] = slot;
            freeCount++;
        }
        owner.slotCount = 0;
    }

    /**
     * Whose reply this is.
     *
     * @throws ReplyRefused when nobody waits for it, with what became of the last who did
     */
    Exchange owner(int slot) throws ReplyRefused {
        Exchange owner = owners[slot];
        if (owner == null) {
            throw new ReplyRefused(
                    switch (states[slot]) {
                        case ANSWERED -> RefusedReply.DUPLICATE;
                        case GIVEN_UP -> RefusedReply.LATE;
                        default -> RefusedReply.UNEXPECTED;
                    });
        }
        return owner;
    }

    /** Authenticator of the request under this slot; the array stays this object's. */
    byte[] authenticator(int slot) {
        return authenticators[slot];
    }

    /** The same of the request before it: a reply for that one is late and not forged. */
    byte[] earlierAuthenticator(int slot) {
        return earlierAuthenticators[slot];
    }

    boolean hasFree() {
        return freeCount > 0;
    }

    boolean isUnused() {
        return freeCount == free.length;
    }

    static int socketOf(int slot) {
        return slot / Packets.IDS;
    }

    static int idOf(int slot) {
        return slot % Packets.IDS;
    }

    static int slot(int socket, int id) {
        return socket * Packets.IDS + id;
    }
}
