-- Reads all events, beside whoever notes further ones.

alter table event validate constraint event_until;
