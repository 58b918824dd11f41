-- The OSS database, version 1. Times are timestamptz; input is towards the subscriber.
-- A partitioned table needs its partition key in every unique key: ts of an event never changes, so
-- (bng_id, bng_instance_id, seq, ts) identifies an event exactly as (bng_id, bng_instance_id, seq) does.
create table if not exists session_events (
  bng_id text not null,
  bng_instance_id text not null,
  seq bigint not null,
  event_type text not null,
  ts timestamptz not null,
  session_id text,
  nas_ip inet,
  circuit_id text,
  remote_id text,
  session_start timestamptz,
  session_end timestamptz,
  session_last_update timestamptz,
  mac_address macaddr,
  ip_address inet,
  username text,
  input_octets bigint,
  output_octets bigint,
  input_packets bigint,
  output_packets bigint,
  raw_data jsonb,
  status text,
  auth_state text,
  terminate_cause text,
  primary key (bng_id, bng_instance_id, seq, ts)
) partition by range (ts);
create table if not exists session_events_default partition of session_events default;
create index if not exists session_events_session on session_events (session_id, ts);

create table if not exists sessions_active (
  session_id text primary key,
  bng_id text not null,
  bng_instance_id text not null,
  nas_ip inet,
  circuit_id text,
  remote_id text,
  mac_address macaddr,
  ip_address inet,
  username text,
  start_time timestamptz,
  last_update timestamptz,
  input_octets bigint,
  output_octets bigint,
  input_packets bigint,
  output_packets bigint,
  status text,
  auth_state text
);
create index if not exists sessions_active_address on sessions_active (ip_address);
create index if not exists sessions_active_username on sessions_active (username);

create table if not exists sessions_history (
  session_id text not null,
  bng_id text not null,
  bng_instance_id text not null,
  nas_ip inet,
  circuit_id text,
  remote_id text,
  mac_address macaddr,
  ip_address inet,
  username text,
  start_time timestamptz,
  last_update timestamptz,
  input_octets bigint,
  output_octets bigint,
  input_packets bigint,
  output_packets bigint,
  status text,
  auth_state text,
  session_end timestamptz not null,
  terminate_cause text,
  terminate_source text,
  primary key (session_id, session_end)
) partition by range (session_end);
create table if not exists sessions_history_default partition of sessions_history default;
create index if not exists sessions_history_address on sessions_history (ip_address, session_end);
create index if not exists sessions_history_username on sessions_history (username, session_end);

create table if not exists access_routers (
  router_name text primary key,
  giaddr inet,
  bng_id text,
  total_interfaces integer,
  is_alive boolean,
  last_seen timestamptz,
  last_ping timestamptz,
  active_subscribers integer
);

create table if not exists bng_registry (
  bng_id text primary key,
  bng_instance_id text not null,
  first_seen timestamptz not null,
  last_seen timestamptz not null,
  is_alive boolean not null,
  mem_usage double precision,
  mem_max double precision,
  cpu_usage double precision
);

create table if not exists bng_health_events (
  bng_id text not null,
  bng_instance_id text not null,
  ts timestamptz not null,
  cpu_usage double precision,
  mem_usage double precision,
  mem_max double precision,
  raw_data jsonb,
  primary key (bng_id, bng_instance_id, ts)
) partition by range (ts);
create table if not exists bng_health_events_default partition of bng_health_events default;

create table if not exists plans (
  plan_name text primary key,
  download_kbps bigint not null,
  upload_kbps bigint not null,
  download_burst_kbit bigint,
  upload_burst_kbit bigint
);

create table if not exists customers (
  customer_id text primary key,
  name text not null,
  created timestamptz not null default now()
);

create table if not exists services (
  service_id text primary key,
  customer_id text not null references customers,
  plan_name text not null references plans,
  remote_id text,
  circuit_id text,
  status text not null
);
