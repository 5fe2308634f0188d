-- Where the queue was given new rows, so that a round can begin where the one before took, and need not step over the entries of all
-- tasks that were taken since the last vacuum: a backup that runs for an hour keeps every one of them. Whoever writes rows, of whatever
-- version, leaves here the first place in the order of work that he wrote to. Additive: an older instance does so by the trigger, and
-- does not read it.

create table ready_opened (
    -- Whoever is not yet done when a round begins is found by the next one, for it has a number that was not over then.
    xid     xid8 not null default pg_current_xact_id(),
    urgency smallint not null,
    copies  smallint not null,
    rank    integer not null,
    task_id bigint not null,
    at      timestamptz not null default clock_timestamp()
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index ready_opened_since on ready_opened (xid);

create function note_ready_opened() returns trigger
    language plpgsql as $$
begin
    insert into ready_opened (urgency, copies, rank, task_id)
    select urgency, copies, rank, task_id from opened order by urgency, copies, rank, task_id limit 1;
    return null;
end $$;

create trigger ready_inserted after insert on ready
    referencing new table as opened for each statement execute function note_ready_opened();
create trigger ready_updated after update on ready
    referencing new table as opened for each statement execute function note_ready_opened();
