-- The table becomes the first part of a partitioned one that takes its name. No row is touched, and none is read: the constraint
-- says what the bounds say. Additive: an older instance writes and reads the partitioned table as it did the other, by its name.
-- It makes no parts: what comes meanwhile has its place in event_default.

do $$
declare
    first  history_part;
    number bigint;
begin
    select * into strict first from history_part;
    lock table event in access exclusive mode;
    select last_value + is_called::integer into number from event_event_no_seq;

    -- A partition may have no counter of its own. It goes with its sequence; the next one has its name, which instances ask for.
    alter table event alter column event_no drop identity;
    execute format('alter table event rename to %I', first.partition);
    execute format('create sequence event_event_no_seq as bigint start %s', number);

    -- The chain of custody: append-only. The first event that ends a token says how that assignment ended; a copy that comes late is
    -- noted after it. A key over all parts would have to hold the time, so each part has its own. Not an identity: these are for
    -- partitioned tables only from PostgreSQL 17 on.
    create table event (
        task_id     bigint not null,
        event_no    bigint not null default nextval('event_event_no_seq'),
        at          timestamptz not null,
        kind        event_kind not null,
        -- Where the task stood after it.
        task_status task_status not null,
        -- A dispatcher instance or 'operator'; null when the node in node_no did it.
        actor       text,
        node_no     integer,
        token       bigint,
        attempt     smallint,
        bytes_done  bigint,
        detail      json,
        constraint event_check check (actor is not null or node_no is not null)
    ) partition by range (at);
    alter sequence event_event_no_seq owned by event.event_no;

    execute format('alter table event attach partition %I for values from (minvalue) to (%L)',
                   first.partition, first.until::timestamp at time zone 'UTC');
    execute format('alter table %I drop constraint event_until', first.partition);
    execute format('alter index event_pkey rename to %I', first.partition || '_pkey');
    execute format('alter index event_in_order rename to %I', first.partition || '_in_order');
end $$;

-- What no part is for: of a time that none was made for yet, or a clock that was wrong. Empty as a rule, and the form of all parts to come.
create table event_default partition of event (primary key (task_id, event_no)) default;
-- Follows the table's growth at almost no cost: the live stream reads what was appended last.
create index event_default_in_order on event_default using brin (event_no) with (pages_per_range = 32, autosummarize = on);

-- Makes the part of some days and takes in what the default one holds of them. Holds up nobody who notes events; who reads them waits
-- for its end, and it for them.
create function add_history_part(since date, until date) returns text
    language plpgsql as $$
declare
    part   text := 'event_' || to_char(since, 'YYYY_MM');
    lower  timestamptz := since::timestamp at time zone 'UTC';
    upper  timestamptz := until::timestamp at time zone 'UTC';
    member name;
begin
    -- In the order in which readers take them.
    lock table only event in share update exclusive mode;
    lock table event_default in access exclusive mode;
    -- It only grows; why so few looks and such small samples: V8 and V13.
    execute format('create table %I (like event_default including all)'
                   ' with (autovacuum_analyze_scale_factor = 0.25, autovacuum_vacuum_insert_scale_factor = 0.5)', part);
    for member in select attname from pg_attribute where attrelid = part::regclass and attnum > 0 and not attisdropped loop
        execute format('alter table %I alter column %I set statistics 10', part, member);
    end loop;
    execute format('with astray as (delete from event_default where at >= $1 and at < $2 returning *)'
                   ' insert into %I select * from astray', part) using lower, upper;
    execute format('alter table event attach partition %I for values from (%L) to (%L)', part, lower, upper);
    insert into history_part (partition, since, until) values (part, since, until);
    return part;
end $$;

-- Drops a part with all its events. Nobody can use the chain of custody meanwhile: it takes milliseconds once it has the table.
create function drop_history_part(part text) returns text
    language plpgsql as $$
begin
    execute format('drop table %I', part);
    update history_part set dropped_at = clock_timestamp() where partition = part;
    return part;
end $$;

-- What was noted before this time has been dropped; null while everything is kept.
create function history_dropped_before() returns timestamptz
    language sql stable
    return (select max(until) from history_part where dropped_at is not null)::timestamp at time zone 'UTC';
