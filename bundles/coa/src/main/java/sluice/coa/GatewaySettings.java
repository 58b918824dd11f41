package sluice.coa;

import java.util.Optional;
import java.util.function.Function;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.net.LineId;

/**
 * What requests may call this gateway, and how they name its lines: as its own Access-Requests do.
 *
 * @param nasIdentifier NAS-Identifier
 * @param nasAddress NAS-IP-Address
 * @param nasAddress6 NAS-IPv6-Address
 * @param portIds NAS-Port-Id of a line; quick and safe for any thread
 */
record GatewaySettings(
        String nasIdentifier, Ip4 nasAddress, Optional<Ip6> nasAddress6, Function<LineId, String> portIds) {}
