-- The last known ranking, and when the priorizer was asked for it. Additive: an older instance neither reads nor writes it, and
-- carries the rank of a task along as it always did.

-- The best rank of each URL that the priorizer names.
create table ranking (
    url_sha256 bytea primary key check (octet_length(url_sha256) = 32),
    rank       integer not null check (rank >= 1)
);

-- Tells who has a rank without reading all tasks. A task without one costs nothing here.
create index task_ranked on task (task_id) include (rank) where rank is not null;

-- One row: how the last refresh went, at whatever instance.
create table ranking_refresh (
    single      boolean primary key default true check (single),
    -- Counts refreshes, so that whoever has waited for another's can tell.
    refresh_no  bigint not null default 0 check (refresh_no >= 0),
    ended_at    timestamptz,
    -- When the priorizer last gave a whole ranking, how many entries of it were of use, and how many not.
    answered_at timestamptz,
    entries     bigint not null default 0 check (entries >= 0),
    skipped     bigint not null default 0 check (skipped >= 0),
    -- What came of it: tasks that have a rank, tasks whose rank changed or that were created.
    ranked      bigint not null default 0 check (ranked >= 0),
    changed     bigint not null default 0 check (changed >= 0),
    -- Why the priorizer gave no ranking; null when it gave one.
    error       text,
    check ((refresh_no = 0) = (ended_at is null))
);
insert into ranking_refresh default values;
