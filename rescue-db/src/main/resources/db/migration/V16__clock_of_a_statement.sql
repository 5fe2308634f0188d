-- How a host and a node stand is asked by the clock at which the statement began. A function that asks for the clock of the moment is
-- volatile inside, so the planner could not put it into the statement: it was called for each row, which took a third of the
-- server's time when rounds ask what five hundred hosts stand. Additive: an older instance calls the same functions.

create or replace function node_status(n node, suspect_after float8, lost_after float8) returns text
    language sql stable
    return case
        when n.state = 'gone' then 'gone'
        when n.heard_at <= statement_timestamp() - make_interval(secs => lost_after) then 'lost'
        when n.heard_at <= statement_timestamp() - make_interval(secs => suspect_after) then 'suspect'
        when n.state = 'draining' then 'draining'
        else 'active'
    end;

create or replace function host_connections(h host, usual integer) returns integer
    language sql stable
    return case
        when h.name = 'magnet:' then 1000000
        else least(
            coalesce(h.max_connections, usual),
            coalesce(h.throttled_to + floor(extract(epoch from statement_timestamp() - h.throttled_at) / 60)::bigint, 1000000)
        )::integer
    end;

create or replace function host_at_rest(h host) returns boolean
    language sql stable
    return h.paused or coalesce(h.busy_until > statement_timestamp(), false);
