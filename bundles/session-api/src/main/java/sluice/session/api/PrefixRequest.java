package sluice.session.api;

/**
 * The question for an IPv6 prefix.
 *
 * @param session who asks; asking again for the same use returns the same prefix
 * @param key line and device, for stickiness
 * @param pool Framed-IPv6-Pool or Delegated-IPv6-Prefix-Pool
 */
public record PrefixRequest(SessionId session, SessionKey key, PrefixUse use, String pool) {}
