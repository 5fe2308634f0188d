-- A small rescue in the middle of its life: a task in every standing, told from its beginning. Nothing is broken.

insert into host (name) values ('data.example.org'), ('elsewhere.example.org');
insert into node (node_id, name, operator, capacity_bytes, state) values
    ('a', 'a', 'one', 1000000, 'joined'),
    ('b', 'b', 'two', 1000000, 'draining'),
    ('c', 'c', null, 1000000, 'joined'),
    ('d', 'd', null, 1000000, 'gone');

insert into task (task_id, request_id, url, canonical_url, host_no, size_bytes, sha256, priority, rank, copies_target,
                  initiated_by, created_at)
select n, case n when 1 then 'request-1' end, 'http://data.example.org/' || n || case n when 2 then '#part' else '' end,
       case n when 2 then 'http://data.example.org/2' end,
       1, 1000, case n when 10 then sha256('given') end, 5, case n when 1 then 7 end,
       case when n in (3, 4, 8) then 2 else 1 end, 'dispatcher-1', now() - interval '1 hour'
from generate_series(1, 10) as n;
insert into event (task_id, at, kind, task_status, actor)
select task_id, created_at, 'submitted', 'pending', initiated_by from task order by task_id;
insert into request (request_id, task_id, fingerprint) values ('request-1', 1, sha256('request-1'));
insert into capture (url_sha256, task_id, taken_at)
select sha256(convert_to(coalesce(canonical_url, url), 'UTF8')), task_id, created_at from task where task_id not in (5, 6);

-- Every lease that was ever given out: token, task, node, attempt.
create temporary table given (token bigint, task_id bigint, node_no integer, attempt smallint, status task_status);
insert into given values
    (1, 2, 1, 1, 'assigned'),
    (2, 3, 1, 1, 'assigned'), (3, 3, 2, 1, 'replicating'),
    (4, 4, 1, 1, 'assigned'), (5, 4, 2, 1, 'replicating'), (6, 4, 3, 1, 'replicating'),
    (7, 5, 1, 1, 'assigned'), (8, 5, 2, 2, 'assigned'),
    (9, 6, 1, 1, 'assigned'),
    (10, 7, 1, 1, 'assigned'),
    (11, 8, 1, 1, 'assigned'), (12, 8, 2, 1, 'replicating'),
    (13, 9, 1, 1, 'assigned'),
    (14, 10, 3, 1, 'assigned');
insert into event (task_id, at, kind, task_status, node_no, token, attempt)
select task_id, now() - interval '50 minutes', 'assigned', status, node_no, token, attempt from given order by token;

-- 2 is worked on; 3 has a copy, and a second one is made.
insert into assignment (task_id, node_no, token, attempt, host_no, reserved_bytes, assigned_at, lease_until, progress_at)
select task_id, node_no, token, attempt, 1, 1000, now() - interval '50 minutes', now() + interval '1 minute', now()
from given where token in (1, 3);

-- 4: two agree and outvote a third. 8: two disagree. 9: the lease ran out, and the copy came all the same. 10: not the
-- catalog's digest, which the catalog gave later.
insert into copy (task_id, node_no, token, sha256, size_bytes, late, voice, rejected, completed_at)
select c.task_id, c.node_no, c.token, sha256(c.content::bytea), 1000, c.token = 13, n.voice, c.rejected,
       now() - interval '40 minutes'
from (values (3, 1, 2, 'x', false), (4, 1, 4, 'x', false), (4, 2, 5, 'y', true), (4, 3, 6, 'x', false),
             (8, 1, 11, 'x', false), (8, 2, 12, 'y', false), (9, 1, 13, 'x', false), (10, 3, 14, 'x', true))
     as c (task_id, node_no, token, content, rejected)
join node n using (node_no);
insert into event (task_id, at, kind, task_status, actor, node_no, token, detail) values
    (3, now(), 'completed', 'replicating', null, 1, 2, null),
    (4, now(), 'completed', 'replicating', null, 1, 4, null),
    (4, now(), 'completed', 'replicating', null, 2, 5, null),
    (4, now(), 'completed', 'rescued', null, 3, 6, null),
    (8, now(), 'completed', 'replicating', null, 1, 11, null),
    (8, now(), 'completed', 'replicating', null, 2, 12, null),
    (9, now(), 'expired', 'pending', 'dispatcher-1', 1, 13, null),
    (9, now(), 'completed', 'rescued', null, 1, 13, '{"late":true}'),
    (10, now(), 'completed', 'rescued', null, 3, 14, null),
    (10, now(), 'prioritized', 'replicating', 'dispatcher-1', null, null, null);
insert into standing (task_id, status, copies, sha256, size_bytes, verification, since) values
    (3, 'replicating', 1, sha256('x'), 1000, 'unverified', now()),
    (4, 'rescued', 2, sha256('x'), 1000, 'verified', now()),
    (5, 'failed', 0, null, null, null, now()),
    (6, 'cancelled', 0, null, null, null, now()),
    (8, 'replicating', 0, null, null, 'disputed', now()),
    (9, 'rescued', 1, sha256('x'), 1000, 'unverified', now()),
    (10, 'replicating', 0, null, null, 'disputed', now());

-- 5 has failed; 7 waits for its next try; 6 was called off while it was worked on.
insert into failure (task_id, node_no, token, reason, charged, at) values
    (5, 1, 7, 'gone', true, now()), (5, 2, 8, 'gone', true, now()), (7, 1, 10, 'timeout', true, now());
insert into backoff (task_id, retry_at) values (7, now() + interval '1 minute');
insert into event (task_id, at, kind, task_status, actor, node_no, token, detail) values
    (5, now(), 'failed', 'pending', null, 1, 7, null),
    (5, now(), 'failed', 'failed', null, 2, 8, null),
    (6, now(), 'assignment_cancelled', 'cancelled', 'operator', 1, 9, '{"reason":"cancelled"}'),
    (6, now(), 'cancelled', 'cancelled', 'operator', null, null, null),
    (7, now(), 'expired', 'pending', 'dispatcher-1', 1, 10, '{"reason":"stalled"}');

insert into ready (task_id, slot, urgency, copies, rank, host_no, size_bytes, attempt, contested, since) values
    (1, 0, 5, 0, 7, 1, 1000, 1, false, now()),
    (8, 0, 5, 0, 2147483647, 1, 1000, 1, true, now()),
    (10, 0, 5, 0, 2147483647, 1, 1000, 1, true, now());
