package sluice.platform.api;

import java.util.Arrays;

/** Bytes that must not be seen: they are in no log and in no table. */
public final class Secret {

    private final byte[] value;

    /** @param value copied; not empty */
    public Secret(byte[] value) {
        if (value.length == 0) {
            throw new IllegalArgumentException("A secret must not be empty");
        }
        this.value = value.clone();
    }

    /** A copy of the bytes, to be used and forgotten. */
    public byte[] bytes() {
        return value.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Secret that && java.security.MessageDigest.isEqual(value, that.value);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(value);
    }

    /** Says that it is a secret and nothing more. */
    @Override
    public String toString() {
        return "Secret";
    }
}
