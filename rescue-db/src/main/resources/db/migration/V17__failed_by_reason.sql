-- Why a task failed, kept where it stands, so that failed tasks can be counted, listed and tried again by reason however many tasks
-- there are. Additive: an older instance leaves the column empty, and what it fails meanwhile counts as other.

-- The reason of the last failure that counted; only a failed task has one.
alter table standing add column reason failure_reason;
