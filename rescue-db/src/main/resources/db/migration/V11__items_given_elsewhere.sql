-- A catalog's record whose URL somebody else had given before: remembered too, so that it is the same duplicate whenever the catalog
-- comes again, and not a new asset once the dedup window is over. Additive: an older instance leaves the default.

alter table catalog_item
    -- The task is another one's: nothing that this catalog says changes it.
    add column elsewhere boolean not null default false;
