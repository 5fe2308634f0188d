-- Tasks whose copies disagree and of which no digest leads, so that they can be counted without reading all that has become of tasks.
-- Few rows are in it at any time. Additive: an older instance neither reads it nor knows of it. An index that an earlier try
-- left unfinished goes first.
drop index concurrently if exists standing_disputed;
create index concurrently standing_disputed on standing (task_id) where verification = 'disputed';
