-- Whether an operator has drained a node: that holds until an operator undoes it, also when the node's agent signs off and starts anew.
-- A node's own drain ends when it signs off, as before. Additive: an older instance drains without it, and its drains end then.

alter table node add column drained boolean not null default false;
-- No agent drains itself, so operators have drained these.
update node set drained = true where state = 'draining';

-- Whoever takes a node back writes 'joined', here as at an older instance: a drained one drains on. Heartbeats do not write the column, and
-- so do not pay for this.
create function keep_drained() returns trigger
    language plpgsql as $$
begin
    new.state := 'draining';
    return new;
end $$;
create trigger node_drained before update of state on node
    for each row when (new.drained and new.state = 'joined') execute function keep_drained();
