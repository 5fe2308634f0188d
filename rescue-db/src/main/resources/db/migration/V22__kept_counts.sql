-- Counts that would grow with the rescue if they were made whenever somebody asks.
-- Additive: an older instance counts for itself, and adds nothing to what was saved.

-- What there is of nodes that have a lot, kept with the last count of all tasks (V21). A node without a row has little, or little is
-- there at all: it is counted when somebody asks.
create table node_count (
    node_no    integer primary key,
    -- A row counts only while this is what the tally has: an older instance renews that one, or drops it, and leaves these alone.
    counted_at timestamptz not null,
    copies     bigint not null check (copies >= 0),
    bytes      bigint not null check (bytes >= 0),
    rejected   bigint not null check (rejected >= 0),
    failures   bigint not null check (failures >= 0)
);

-- The same of hosts: copies that could be made now.
create table host_count (
    host_no    integer primary key,
    counted_at timestamptz not null,
    ready      bigint not null check (ready >= 0)
);

-- What all instances together were spared, over all their starts. Each adds what it has counted every few seconds, never with a request.
create table savings (
    only_one     boolean primary key default true check (only_one),
    -- Submissions by what became of them.
    accepted     bigint not null default 0 check (accepted >= 0),
    by_request   bigint not null default 0 check (by_request >= 0),
    by_url       bigint not null default 0 check (by_url >= 0),
    other_body   bigint not null default 0 check (other_body >= 0),
    -- Reads that others may share: all, those that shared one under way, those that were served a kept result, those that were made.
    reads        bigint not null default 0 check (reads >= 0),
    shared_reads bigint not null default 0 check (shared_reads >= 0),
    kept_reads   bigint not null default 0 check (kept_reads >= 0),
    made_reads   bigint not null default 0 check (made_reads >= 0)
);
insert into savings default values;
