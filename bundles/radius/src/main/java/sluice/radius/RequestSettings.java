package sluice.radius;

import java.util.Optional;
import sluice.net.Ip4;
import sluice.net.Ip6;
import sluice.radius.packet.MacFormat;
import sluice.radius.packet.PortTemplate;

/**
 * What requests say of this gateway and how they say it.
 *
 * @param nasIdentifier NAS-Identifier
 * @param nasAddress NAS-IP-Address, not sent when it is 0.0.0.0
 * @param nasAddress6 NAS-IPv6-Address, sent when given
 * @param callingStationId how MAC addresses are written
 * @param calledStationId sent when given
 * @param nasPortId NAS-Port-Id
 * @param password User-Password of subscribers who have none
 * @param serviceType Service-Type, 0 to leave it out
 */
record RequestSettings(
        String nasIdentifier,
        Ip4 nasAddress,
        Optional<Ip6> nasAddress6,
        MacFormat callingStationId,
        Optional<String> calledStationId,
        PortTemplate nasPortId,
        PasswordPolicy password,
        int serviceType) {}
