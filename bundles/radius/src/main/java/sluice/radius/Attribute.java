package sluice.radius;

import sluice.net.Bytes;

/**
 * An attribute of a reply as it stood on the wire, taken out of Vendor-Specific.
 *
 * @param value without type and length
 */
record Attribute(AttributeCode code, Bytes value) {}
