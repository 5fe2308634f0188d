-- The chain of custody is to be cut by time, so that what is old goes as whole tables (docs/decisions/0009). In three steps, so that
-- a large one is in nobody's way: this one says until when the table will take events, V14_1 looks whether that is so of all that
-- are there, and V14_2 makes the table the first part of a partitioned one.
--
-- Additive: an older instance goes on. Only if the last step had not been taken by the first of the month after next would it be
-- refused then.

-- The parts: which events they hold, by the day in UTC on which the events were noted.
create table history_part (
    partition  text primary key,
    -- The first day; null: everything from the beginning.
    since      date,
    -- The day after the last one.
    until      date not null unique,
    -- Null while it is kept.
    dropped_at timestamptz,
    check (since < until)
);

do $$
declare
    ends date := date_trunc('month', clock_timestamp() at time zone 'UTC') + interval '2 months';
begin
    insert into history_part (partition, until) values ('event_until_' || to_char(ends, 'YYYY_MM'), ends);
    execute format('alter table event add constraint event_until check (at < %L) not valid', ends::timestamp at time zone 'UTC');
end $$;
