-- Most catalogs give no sizes: the first node that asks an origin tells what a file has, and the chain of custody says so.
-- Additive: an older instance never writes the word, and takes every reservation for one of a known size.

alter type event_kind add value 'sized';

-- Whether nobody has said how large the file is, so that what is reserved is a guess.
alter table assignment add column unsized boolean not null default false;
