-- Which copies lost the vote, so that a node whose copies keep losing it can be told by an index. Additive: an older instance
-- leaves the column as it is, and the next verdict of a newer one sets it right.

alter table copy add column rejected boolean not null default false;
create index copy_rejected on copy (node_no) where rejected;

-- Whether a node's copies keep being rejected: three at least, and one in ten.
create function node_doubtful(rejected bigint, copies bigint) returns boolean
    language sql immutable
    return rejected >= 3 and rejected * 10 >= copies;
