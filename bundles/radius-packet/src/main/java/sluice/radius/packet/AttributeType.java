package sluice.radius.packet;

/**
 * What a dictionary says of an attribute.
 *
 * @param code its numbers
 * @param name its name
 * @param type what its value is
 * @param tagged whether a tag may stand before the value (RFC 2868, 3)
 * @param encrypted whether the value is hidden with the secret
 * @param joined whether a value that is too long for one attribute goes on in the next (as EAP-Message, RFC 3579, 3.1)
 * @param repeated whether several values are sent as so many attributes
 */
public record AttributeType(
        AttributeCode code,
        String name,
        DataType type,
        boolean tagged,
        boolean encrypted,
        boolean joined,
        boolean repeated) {}
