-- How the rescue stood at times, so that its course can be drawn whoever looks at it, and whenever. A few thousand rows at the most:
-- what is older is thinned out. Additive: an older instance takes no samples.

create table progress (
    at               timestamptz primary key,
    -- Tasks that are not cancelled.
    tasks            bigint not null check (tasks >= 0),
    rescued          bigint not null check (rescued >= 0),
    rescued_bytes    bigint not null check (rescued_bytes >= 0),
    failed           bigint not null check (failed >= 0),
    copies           bigint not null check (copies >= 0),
    copied_bytes     bigint not null check (copied_bytes >= 0),
    -- How long it took to count all that: what takes long is done seldom.
    took_seconds     float8 not null check (took_seconds >= 0)
);
