-- Failed tasks by their reason. Few rows are in it at any time. An index that an earlier try left unfinished goes first.
drop index concurrently if exists standing_failed;
create index concurrently standing_failed on standing ((coalesce(reason, 'other'::failure_reason)), task_id) where status = 'failed';
