-- What a catalog gave, found by task and no longer by URL: a key of the URL's digest is written at a random place, which made it the
-- dearest index of an import. The URL itself leads to its tasks (task_of_url).
--
-- Additive: an older instance goes on writing catalog_asset. What it imports meanwhile is a duplicate to the next import of a newer
-- instance, and nothing is lost by that. catalog_asset is read no more and goes with a later version.

create table catalog_item (
    catalog_no  integer not null,
    task_id     bigint not null,
    fingerprint bytea not null check (octet_length(fingerprint) = 32),
    -- The last import that named it: tells a repeat inside one file from the same asset in the next one.
    run         integer not null check (run >= 1),
    -- When a whole import first named it no more; null while the catalog lists it.
    gone_at     timestamptz,
    primary key (catalog_no, task_id)
) with (fillfactor = 80);

insert into catalog_item (catalog_no, task_id, fingerprint, run)
select catalog_no, task_id, fingerprint, run from catalog_asset
on conflict do nothing;

alter table catalog
    -- What an earlier import gave and this one names no more.
    add column gone bigint not null default 0 check (gone >= 0),
    -- The file as it was sent, packed or not, and how much of it has been read; null before the first import that says so.
    add column file_bytes bigint check (file_bytes >= 0),
    add column bytes_read bigint not null default 0 check (bytes_read >= 0);

-- The reference was looked up for each new task, which cost an import a quarter of its time. Hosts are never deleted, and
-- invariant 1 counts tasks of none.
alter table task drop constraint task_host_no_fkey;

-- These tables only grow. Looked through at every twentieth part of growth, they took a third of an import's time.
alter table task set (autovacuum_analyze_scale_factor = 0.25, autovacuum_vacuum_insert_scale_factor = 0.5);
alter table event set (autovacuum_analyze_scale_factor = 0.25, autovacuum_vacuum_insert_scale_factor = 0.5);
alter table capture set (autovacuum_analyze_scale_factor = 0.25, autovacuum_vacuum_insert_scale_factor = 0.5);
alter table catalog_item set (autovacuum_analyze_scale_factor = 0.25, autovacuum_vacuum_insert_scale_factor = 0.5);

alter type event_kind add value 'delisted';
alter type event_kind add value 'relisted';
