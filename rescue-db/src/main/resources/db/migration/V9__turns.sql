-- Which nodes wait for work at which dispatcher, so that a round of any of them serves all who wait in turn. Additive: an older
-- instance neither writes nor reads it, and its nodes are served as before. Nothing here outlives the calls that wait, so it is
-- not logged: after a crash it is empty.

-- When a dispatcher at which nodes wait held its last round; one that has not for long has died, and its nodes with it.
create unlogged table serving (
    dispatcher text primary key,
    round_at   timestamptz not null
);

create unlogged table waiting (
    node_no        integer primary key,
    dispatcher     text not null,
    since          timestamptz not null,
    -- When the call's patience ends.
    until          timestamptz not null,
    -- What the call offers, which may differ from what the node last reported.
    capacity_bytes bigint not null check (capacity_bytes >= 0),
    floor          smallint not null check (floor between 1 and 10)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index waiting_in_turn on waiting (dispatcher, since);
