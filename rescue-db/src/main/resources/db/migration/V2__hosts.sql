-- How hard an origin may be worked, over the whole fleet. Additive: an older instance goes on as before and neither reads nor
-- enforces it. A host's row is written when the origin complains or an operator steers it, never by a claim.

alter table host
    -- An operator's word; null: what the dispatchers are set to.
    add column max_connections integer check (max_connections between 1 and 1000),
    add column paused boolean not null default false,
    -- Left alone until then.
    add column busy_until timestamptz,
    -- Pauses in a row that the origin gave no length for.
    add column troubles smallint not null default 0 check (troubles >= 0),
    -- What the limit was cut to, and when; it grows back by one connection a minute. Null: never cut.
    add column throttled_to integer check (throttled_to >= 1),
    add column throttled_at timestamptz,
    add constraint host_throttled check ((throttled_to is null) = (throttled_at is null));

create index host_with_terms on host (host_no)
    where paused or max_connections is not null or busy_until is not null or throttled_to is not null;

-- Connections that a host stands now, paused or not. Magnets name no origin, so nothing limits them.
create function host_connections(h host, usual integer) returns integer
    language sql stable
    return case
        when h.name = 'magnet:' then 1000000
        else least(
            coalesce(h.max_connections, usual),
            coalesce(h.throttled_to + floor(extract(epoch from clock_timestamp() - h.throttled_at) / 60)::bigint, 1000000)
        )::integer
    end;

-- Whether nothing at all may be asked of a host now.
create function host_at_rest(h host) returns boolean
    language sql stable
    return h.paused or coalesce(h.busy_until > clock_timestamp(), false);

-- A round reads the best tasks of each host that still stands a connection, so that a host which stands none costs nothing.
create index ready_of_host on ready (host_no, urgency, copies, rank, task_id, slot);
