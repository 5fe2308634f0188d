-- Beside those who write.
create index concurrently host_later on host (later);
