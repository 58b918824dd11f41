package sluice.radius;

import sluice.net.Bytes;
import sluice.platform.api.Secret;

/** What stands in User-Password for a subscriber who cannot be asked for one. */
sealed interface PasswordPolicy {

    /** There is no User-Password; the line itself is the proof (Service-Type tells the server). */
    record None() implements PasswordPolicy {}

    /** The user name is also the password. */
    record UserName() implements PasswordPolicy {}

    /** The same for every subscriber. */
    record Shared(Secret secret) implements PasswordPolicy {}

    /** The password of this user; empty when none is sent. */
    default Bytes of(String userName) {
        return switch (this) {
            case None() -> Bytes.EMPTY;
            case UserName() -> Bytes.utf8(userName);
            case Shared(Secret secret) -> Bytes.adopt(secret.bytes());
        };
    }
}
