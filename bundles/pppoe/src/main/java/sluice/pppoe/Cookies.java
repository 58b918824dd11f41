package sluice.pppoe;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import sluice.net.Bytes;
import sluice.net.LineId;
import sluice.net.MacAddress;
import sluice.net.WireWriter;

/**
 * Makes and checks the AC-Cookies of PADO and PADR (RFC 2516, appendix A), so that nothing is remembered of a PADI:
 * only who can receive on a line gets a session there, and only for a while.
 *
 * <pre>
 * +--------------+-----------+-----------------------------------------------------+
 * | time slot 4  |  nonce 8  | first 16 bytes of HMAC-SHA256 of slot, nonce, place |
 * +--------------+-----------+-----------------------------------------------------+
 * place: port 4, S-VLAN 2, C-VLAN 2, MAC 6
 * </pre>
 *
 * <p>A cookie is good in its slot and in the next one, each of 30 s. A component of its own, so that cookies survive a
 * change of the server's settings. Safe for any thread.
 */
@Component(service = Cookies.class)
public final class Cookies {
    private static final String ALGORITHM = "HmacSHA256";
    private static final int SECRET_LENGTH = 32;
    private static final int SLOT_LENGTH = 4;
    private static final int NONCE_LENGTH = 8;
    private static final int PROOF_LENGTH = 16;
    private static final int LENGTH = SLOT_LENGTH + NONCE_LENGTH + PROOF_LENGTH;
    private static final int RESERVED_SESSION = 0xffff;
    private static final long SLOT_MILLIS = 30_000;

    private final RandomGenerator random;
    private final SecretKeySpec secret;

    /** What is to be thought of a cookie. */
    enum Verdict {
        /** We gave it to this device on this line a short time ago. */
        GOOD,
        /** We gave it to this device on this line, too long ago. */
        STALE,
        /** We did not give it to this device on this line, not since this gateway began. */
        FORGED
    }

    /** Cookies with a secret of their own. */
    @Activate
    public Cookies() {
        this(new SecureRandom());
    }

    /** @param random safe for any thread, not to be guessed */
    Cookies(RandomGenerator random) {
        byte[] key = new byte[SECRET_LENGTH];
        random.nextBytes(key);
        this.random = random;
        this.secret = new SecretKeySpec(key, ALGORITHM);
    }

    /** @param now monotonic milliseconds */
    Bytes issue(LineId line, MacAddress station, long now) {
        WireWriter claim =
                new WireWriter(SLOT_LENGTH + NONCE_LENGTH).i32(slot(now)).u64(random.nextLong());
        Bytes issued = claim.toBytes();
        return issued.plus(proof(issued, line, station));
    }

    /** @param now monotonic milliseconds */
    Verdict check(Bytes cookie, LineId line, MacAddress station, long now) {
        if (cookie.length() != LENGTH) {
            return Verdict.FORGED;
        }
        Bytes claim = cookie.slice(0, SLOT_LENGTH + NONCE_LENGTH);
        byte[] proof = cookie.slice(SLOT_LENGTH + NONCE_LENGTH).toArray();
        if (!MessageDigest.isEqual(proof, proof(claim, line, station).toArray())) {
            return Verdict.FORGED;
        }
        int slot = claim.at(0) << 24 | claim.at(1) << 16 | claim.at(2) << 8 | claim.at(3);
        int age = slot(now) - slot;
        return age == 0 || age == 1 ? Verdict.GOOD : Verdict.STALE;
    }

    /**
     * The id of the session that begins with this cookie: 1..65534, not to be guessed, and the same for a repeated
     * PADR.
     *
     * @param hostUniq by which a device that begins several sessions with one cookie tells them
     */
    int sessionId(Bytes cookie, Bytes hostUniq) {
        Bytes digest = digest(cookie, hostUniq);
        for (int at = 0; at + 1 < digest.length(); at += 2) {
            int id = digest.at(at) << 8 | digest.at(at + 1);
            if (id != 0 && id != RESERVED_SESSION) {
                return id;
            }
        }
        return 1;
    }

    /** Names the PADR with that cookie and Host-Uniq, for as long as this gateway lives. */
    long opening(Bytes cookie, Bytes hostUniq) {
        Bytes digest = digest(cookie, hostUniq);
        long name = 0;
        for (int at = digest.length() - Long.BYTES; at < digest.length(); at++) {
            name = name << Byte.SIZE | digest.at(at);
        }
        return name;
    }

    private Bytes digest(Bytes cookie, Bytes hostUniq) {
        return hmac(new WireWriter(LENGTH + 4 + hostUniq.length())
                .u16(cookie.length())
                .bytes(cookie)
                .bytes(hostUniq)
                .toBytes());
    }

    private int slot(long now) {
        return (int) Math.floorDiv(now, SLOT_MILLIS);
    }

    private Bytes proof(Bytes claim, LineId line, MacAddress station) {
        return hmac(new WireWriter(32)
                        .bytes(claim)
                        .i32(line.port())
                        .u16(line.svlan())
                        .u16(line.cvlan())
                        .mac(station)
                        .toBytes())
                .slice(0, PROOF_LENGTH);
    }

    private Bytes hmac(Bytes of) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(secret);
            return Bytes.adopt(mac.doFinal(of.toArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("No " + ALGORITHM + " in this Java", e);
        }
    }
}
