-- Catalogs write URLs that everybody reads rightly and no grammar does. Such a URL is repaired, and the import counts how many
-- were. Additive: an older instance never writes the count.

alter table catalog add column repaired bigint not null default 0 check (repaired >= 0);
