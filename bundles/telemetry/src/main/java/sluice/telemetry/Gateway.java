package sluice.telemetry;

/**
 * Who tells: with the sequence number of an event this is its identity for ever.
 *
 * @param bngId name of the gateway, {@code bng_id}
 * @param instanceId name of its event log, {@code bng_instance_id}
 * @param nasAddress {@code nas_ip} where the event has none of its own
 */
record Gateway(String bngId, String instanceId, String nasAddress) {}
