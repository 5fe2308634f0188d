-- Needs the table for itself, for a moment.
alter table host add column later text;
