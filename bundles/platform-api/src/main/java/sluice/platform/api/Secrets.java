package sluice.platform.api;

/** Where secrets (shared secrets, passwords) are kept. Configuration names them and never holds them. */
public interface Secrets {

    /**
     * Reads a secret. Blocks for a file access; not to be called on a shard.
     *
     * @param name letters, digits, dot, dash and underscore
     * @throws SecretUnavailable when it is not there, is empty, or could be read by others than its owner
     */
    Secret read(String name) throws SecretUnavailable;
}
