package sluice.radius.packet;

import sluice.net.Bytes;

/**
 * An attribute as it stood on the wire, taken out of what vendors and extensions wrap around it.
 *
 * @param value without type and length; a tag (RFC 2868) is still its first byte
 */
public record Attribute(AttributeCode code, Bytes value) {}
