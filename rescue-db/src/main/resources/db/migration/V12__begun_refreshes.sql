-- Which refreshes of the ranking have begun, so that whoever asks for one shares only what began after that, and so that one that fails
-- is not begun again at once. Additive: an older instance writes none of it, and its refreshes are shared with nobody.

alter table ranking_refresh
    -- Counts the refreshes that began.
    add column begun_no bigint not null default 0 check (begun_no >= 0),
    -- The number, among those that began, of the one that this row tells of.
    add column told_no  bigint not null default 0 check (told_no >= 0),
    -- When one last began, or failed at its dispatcher or its database.
    add column tried_at timestamptz;
