package sluice.session.api;

/**
 * What a protocol remembers of a session between two steps. Immutable; its class belongs to the protocol's bundle and
 * is opaque to the engine, which only freezes, thaws and hands it back.
 */
public interface ProtocolState {}
