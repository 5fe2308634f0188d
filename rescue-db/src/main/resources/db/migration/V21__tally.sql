-- The last count of all tasks, kept once counting takes too long to be done whenever somebody asks. One row at the most, for all
-- instances. Additive: an older instance counts for itself.

create table tally (
    only_one       boolean primary key default true check (only_one),
    counted_at     timestamptz not null,
    took_seconds   float8 not null check (took_seconds >= 0),
    -- What was counted, as the program wrote it.
    content        text not null
);
