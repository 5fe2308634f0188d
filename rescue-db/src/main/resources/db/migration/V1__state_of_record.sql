-- The state of record. Two kinds of rows, kept apart because they live differently: what a task is (wide, written once) and
-- where it stands (narrow, hot, rewritten). docs/architecture.md draws the picture.
--
-- Hot tables carry no foreign keys: each insert would lock its parent row, and every claim and completion would pay for it.
-- Rows are never deleted from the parents (task, node, host), so a child cannot lose its own.

create type node_state as enum ('joined', 'draining', 'gone');
create type task_standing as enum ('replicating', 'rescued', 'failed', 'cancelled');
create type task_status as enum ('pending', 'assigned', 'replicating', 'rescued', 'failed', 'cancelled');
create type verification as enum ('verified', 'unverified', 'disputed', 'rejected');
create type failure_reason as enum (
    'gone', 'forbidden', 'dynamic_page', 'origin_busy', 'origin_error', 'network', 'timeout', 'too_large',
    'disk_full', 'digest_mismatch', 'blocked_address', 'shutdown', 'other');
create type event_kind as enum (
    'submitted', 'assigned', 'completed', 'failed', 'expired', 'released', 'assignment_cancelled',
    'cancelled', 'retried', 'prioritized', 'copy_withdrawn', 'operator_changed');
create type catalog_status as enum ('importing', 'imported', 'failed');

-- An origin server, with its port if that is not the scheme's own; 'magnet:' stands for all magnets, which have none.
create table host (
    host_no integer generated always as identity primary key,
    name    text not null unique check (name <> '')
);

create table node (
    node_no        integer generated always as identity primary key,
    node_id        text not null unique check (length(node_id) between 1 and 128),
    name           text not null check (name <> ''),
    operator       text check (operator <> ''),
    -- Whose voice it has when digests are compared; a node that names no operator is its own.
    voice          text not null generated always as (coalesce('operator ' || operator, 'node ' || node_no::text)) stored,
    region         text check (region <> ''),
    capacity_bytes bigint not null check (capacity_bytes >= 0),
    slots          integer check (slots >= 1),
    -- The lowest priority that the node asked for last.
    floor          smallint not null default 1 check (floor between 1 and 10),
    state          node_state not null default 'joined',
    token_sha256   bytea unique check (octet_length(token_sha256) = 32),
    registered_at  timestamptz not null default clock_timestamp(),
    -- Last heard of in any call, and last asked for work. A node that waits is noted every few seconds.
    heard_at       timestamptz not null default clock_timestamp(),
    asked_at       timestamptz
) with (fillfactor = 70);

-- How a node stands, from what is stored and the database's clock. The silences are in seconds.
create function node_status(n node, suspect_after float8, lost_after float8) returns text
    language sql stable
    return case
        when n.state = 'gone' then 'gone'
        when n.heard_at <= clock_timestamp() - make_interval(secs => lost_after) then 'lost'
        when n.heard_at <= clock_timestamp() - make_interval(secs => suspect_after) then 'suspect'
        when n.state = 'draining' then 'draining'
        else 'active'
    end;

create sequence task_number as bigint;
create sequence assignment_token as bigint;

-- What a task is. Whoever changes where a task stands holds the lock on its row here (for no key update, in order of id).
create table task (
    task_id       bigint primary key,
    request_id    text,
    url           text not null,
    -- Null: the same as url.
    canonical_url text,
    host_no       integer not null references host,
    name          text,
    dataset       text,
    organization  text,
    catalog_no    integer,
    size_bytes    bigint check (size_bytes >= 0),
    sha256        bytea check (octet_length(sha256) = 32),
    priority      smallint not null check (priority between 1 and 10),
    rank          integer check (rank >= 1),
    copies_target smallint not null check (copies_target between 1 and 100),
    payload       json,
    initiated_by  text not null,
    created_at    timestamptz not null
);
create index task_of_host on task (host_no, task_id);
-- Finds every capture of a URL, also of those that lost their row in capture.
create index task_of_url on task using hash ((coalesce(canonical_url, url)));

-- Where a task stands once something has come of it. No row: pending, or assigned while an assignment lives.
create table standing (
    task_id      bigint primary key,
    status       task_standing not null,
    copies       smallint not null check (copies >= 0),
    -- The digest that leads, its size, and what is known about it; null while there is no copy or no digest leads.
    sha256       bytea check (octet_length(sha256) = 32),
    size_bytes   bigint check (size_bytes >= 0),
    verification verification,
    since        timestamptz not null,
    check ((sha256 is null) = (size_bytes is null)),
    check (sha256 is null or verification is not null),
    check (status <> 'rescued' or sha256 is not null)
) with (fillfactor = 80);
create index standing_by_status on standing (status, task_id);

-- What can be claimed now: one row for each copy that may be made now. Claiming deletes the row.
create table ready (
    task_id    bigint not null,
    slot       smallint not null check (slot >= 0),
    -- 10 - priority, so that the order of work is ascending in every column.
    urgency    smallint not null check (urgency between 0 and 9),
    copies     smallint not null check (copies >= 0),
    -- The priorizer's; unranked tasks come last.
    rank       integer not null check (rank >= 1),
    host_no    integer not null,
    -- Null: unknown.
    size_bytes bigint check (size_bytes >= 0),
    attempt    smallint not null check (attempt >= 1),
    -- Whether any node holds a copy of the task, works on it or has failed it, so that not everybody may take it.
    contested  boolean not null,
    since      timestamptz not null,
    primary key (task_id, slot)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index ready_in_order on ready (urgency, copies, rank, task_id, slot);

-- Tasks that must not be claimed before a time. Never together with rows in ready.
create table backoff (
    task_id  bigint primary key,
    retry_at timestamptz not null
);
create index backoff_due on backoff (retry_at);

-- Active leases only; ending one deletes its row. The key refuses a second lease of one node on one task.
create table assignment (
    task_id        bigint not null,
    node_no        integer not null,
    token          bigint not null check (token >= 1),
    attempt        smallint not null check (attempt >= 1),
    host_no        integer not null,
    reserved_bytes bigint not null check (reserved_bytes >= 0),
    bytes_done     bigint not null default 0 check (bytes_done >= 0),
    assigned_at    timestamptz not null,
    lease_until    timestamptz not null,
    -- When the last byte was reported.
    progress_at    timestamptz not null,
    -- Heartbeats in a row that left this assignment out.
    omissions      smallint not null default 0 check (omissions >= 0),
    primary key (task_id, node_no),
    check (lease_until >= assigned_at)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index assignment_of_node on assignment (node_no);

-- A file that a node has reported complete. The key refuses a second copy of one node.
create table copy (
    task_id       bigint not null,
    node_no       integer not null,
    token         bigint not null,
    sha256        bytea not null check (octet_length(sha256) = 32),
    size_bytes    bigint not null check (size_bytes >= 0),
    etag          text,
    last_modified text,
    content_type  text,
    magnet_link   text,
    late          boolean not null,
    -- The node's voice as it was counted.
    voice         text not null,
    completed_at  timestamptz not null,
    primary key (task_id, node_no)
);
create index copy_of_node on copy (node_no, task_id);
create index copy_in_time on copy using brin (completed_at) with (pages_per_range = 32, autosummarize = on);

-- What nodes reported instead of a copy. Charged ones count as attempts; an operator's retry forgives them.
create table failure (
    task_id     bigint not null,
    failure_no  bigint generated always as identity,
    node_no     integer not null,
    token       bigint not null,
    reason      failure_reason not null,
    detail      text,
    http_status smallint check (http_status between 100 and 599),
    charged     boolean not null,
    at          timestamptz not null,
    primary key (task_id, failure_no)
);
create index failure_of_node on failure (node_no);

-- The chain of custody: append-only. The first event that ends a token says how that
-- assignment ended; a copy that comes late is noted after it.
create table event (
    task_id     bigint not null,
    event_no    bigint generated always as identity,
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
    primary key (task_id, event_no),
    check (actor is not null or node_no is not null)
);
-- Follows the table's growth at almost no cost: the live stream reads what was appended last.
create index event_in_order on event using brin (event_no) with (pages_per_range = 32, autosummarize = on);

-- Every request_id ever taken, and what was asked with it.
create table request (
    request_id  text primary key check (length(request_id) between 1 and 256),
    task_id     bigint not null,
    fingerprint bytea not null check (octet_length(fingerprint) = 32)
);

-- The latest capture of a canonical URL; its key decides between equal submissions at any number of instances. A task
-- that failed or was cancelled gives its URL free by losing its row.
create table capture (
    url_sha256 bytea primary key check (octet_length(url_sha256) = 32),
    task_id    bigint not null,
    taken_at   timestamptz not null
);

create table catalog (
    catalog_no  integer generated always as identity primary key,
    name        text not null unique check (name <> ''),
    format      text not null,
    status      catalog_status not null,
    error       text,
    datasets    bigint not null default 0 check (datasets >= 0),
    added       bigint not null default 0 check (added >= 0),
    updated     bigint not null default 0 check (updated >= 0),
    unchanged   bigint not null default 0 check (unchanged >= 0),
    duplicates  bigint not null default 0 check (duplicates >= 0),
    rejected    bigint not null default 0 check (rejected >= 0),
    imported_by text not null,
    -- Which import of this catalog it is, from 1. An import that finds another number here has been superseded and stops.
    run         integer not null default 1 check (run >= 1),
    -- When the import under way wrote last; one that is silent for long has died with its dispatcher.
    heard_at    timestamptz not null,
    started_at  timestamptz not null,
    finished_at timestamptz,
    check ((status = 'importing') = (finished_at is null)),
    check ((status = 'failed') = (error is not null))
);

-- Which asset came from which catalog, and what the catalog said of it.
create table catalog_asset (
    catalog_no  integer not null references catalog,
    url_sha256  bytea not null,
    task_id     bigint not null,
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    -- The last import that named it: tells a repeat inside one file from the same asset in the next one.
    run         integer not null,
    primary key (catalog_no, url_sha256)
) with (fillfactor = 80);
create index catalog_asset_task on catalog_asset (catalog_no, task_id);

create table catalog_rejected (
    catalog_no  integer not null references catalog,
    rejected_no bigint generated always as identity,
    position    text not null,
    reason      text not null,
    record      text not null,
    primary key (catalog_no, rejected_no)
);

-- Where each task stands, derived from its rows and nowhere else.
create view task_now as
select t.task_id,
       case
           when s.status is not null then s.status::text::task_status
           when exists (select from assignment a where a.task_id = t.task_id) then 'assigned'
           else 'pending'
       end as status,
       coalesce(s.copies, 0) as copies,
       s.sha256,
       s.size_bytes,
       s.verification,
       s.since
from task t
left join standing s using (task_id);
