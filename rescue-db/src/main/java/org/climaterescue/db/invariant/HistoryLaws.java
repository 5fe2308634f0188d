package org.climaterescue.db.invariant;

import java.util.List;

/** The chain of custody tells all that happened, once, as far back as it is kept. */
final class HistoryLaws {

    /** Whether an event {@code e} ends its assignment: one that tells of a copy that came late does not. */
    private static final String ENDS = """
            (e.kind in ('failed', 'expired', 'released', 'assignment_cancelled')
             or e.kind = 'completed' and e.detail ->> 'late' is distinct from 'true')
            """;

    /** What was noted before this time may have been dropped; what began before it may be told in part. */
    private static final String KEPT_SINCE = "coalesce(history_dropped_before(), '-infinity')";

    static final List<Law> ALL = List.of(
            new Law(
                    15,
                    "A token is given out once, and every event that names it is about the task and the node it was given for.",
                    """
                    select task_id, 'token ' || token || ' is given out twice' as about
                    from (select e.*, row_number() over (partition by token order by event_no) as nth
                          from event e where kind = 'assigned') again
                    where nth > 1
                    union all
                    select e.task_id, e.kind || ' names token ' || e.token || ', which was never given out for it'
                    from event e
                    where e.token is not null and e.kind <> 'assigned'
                      and not exists (select from event g where g.kind = 'assigned' and g.token = e.token
                                      and g.task_id = e.task_id and g.node_no = e.node_no)
                      and not exists (select from task t where t.task_id = e.task_id and t.created_at < %s)
                    """.formatted(KEPT_SINCE)),
            new Law(16, "A lease that was given out is active or has ended, once and not both.", """
                    select g.task_id, 'token ' || g.token || ' has ended ' || coalesce(x.ends, 0) || ' times and is '
                           || case when a.token is null then 'not active' else 'active' end as about
                    from (select distinct task_id, token from event where kind = 'assigned') g
                    left join (select e.task_id, e.token, count(*) as ends from event e
                               where e.token is not null and %s group by e.task_id, e.token) x using (task_id, token)
                    left join assignment a using (task_id, token)
                    where coalesce(x.ends, 0) + (a.token is not null)::integer <> 1
                    """.formatted(ENDS)),
            new Law(17, "An active lease is what its event says: task, node, token and attempt.", """
                    select a.task_id, 'attempt ' || a.attempt || ' of node ' || a.node_no || ' with token ' || a.token
                           || ' has no such event' as about
                    from assignment a
                    where not exists (select from event e where e.kind = 'assigned' and e.task_id = a.task_id
                                      and e.node_no = a.node_no and e.token = a.token and e.attempt = a.attempt)
                      and a.assigned_at >= %s
                    """.formatted(
                            KEPT_SINCE)),
            // A node that holds a copy and reports it again under another lease has brought no further one.
            new Law(18, "A copy that was completed is held until it is withdrawn.", """
                    select x.task_id, 'node ' || x.node_no || ' has brought ' || x.brought || ' and holds ' || x.held as about
                    from (select task_id, node_no, coalesce(e.brought, 0) as brought, (c.token is not null)::integer as held
                          from (select task_id, node_no,
                                       count(*) filter (where kind = 'completed' and detail ->> 'again' is distinct from 'true')
                                       - count(*) filter (where kind = 'copy_withdrawn') as brought
                                from event where kind in ('completed', 'copy_withdrawn')
                                group by task_id, node_no) e
                          full join copy c using (task_id, node_no)) x
                    where x.brought <> x.held
                      and not exists (select from task t where t.task_id = x.task_id and t.created_at < %s)
                    """.formatted(KEPT_SINCE)),
            new Law(
                    19,
                    "Every copy has the event of its completion, which says alike whether it came late.",
                    """
                    select c.task_id, 'the copy of node ' || c.node_no || ' has no such event' as about
                    from copy c
                    where not exists (select from event e where e.kind = 'completed' and e.task_id = c.task_id
                                      and e.node_no = c.node_no and e.token = c.token
                                      and (e.detail ->> 'late' is not distinct from 'true') = c.late)
                      and c.completed_at >= %s
                    """.formatted(KEPT_SINCE)),
            new Law(20, "Every failure has its event, and every event of a failure has it.", """
                    select task_id, 'node ' || node_no || ', token ' || token
                           || case when e.told is null then ': the failure has no event' else ': the event has no failure' end as about
                    from failure f
                    full join (select task_id, node_no, token, true as told from event
                               where kind = 'failed' or kind = 'expired' and detail ->> 'reason' = 'stalled') e
                        using (task_id, node_no, token)
                    where f.failure_no is null or e.told is null and f.at >= %s
                    """.formatted(KEPT_SINCE)),
            new Law(21, "The history of a task begins with its submission, which is told once.", """
                    select t.task_id, coalesce(h.submissions, 0) || ' submissions; begins with '
                           || coalesce(e.kind::text, 'nothing') as about
                    from task t
                    left join (select task_id, min(event_no) as event_no,
                                      count(*) filter (where kind = 'submitted') as submissions
                               from event group by task_id) h using (task_id)
                    left join event e using (task_id, event_no)
                    where (e.kind is distinct from 'submitted' or h.submissions <> 1) and t.created_at >= %s
                    """.formatted(
                            KEPT_SINCE)),
            new Law(22, "The history of a task ends where the task stands.", """
                    select t.task_id, 'is ' || t.status || ', but its history ends with ' || e.kind || ', ' || e.task_status as about
                    from task_now t
                    join (select task_id, max(event_no) as event_no from event group by task_id) h using (task_id)
                    join event e using (task_id, event_no)
                    where e.task_status <> t.status
                    """));

    private HistoryLaws() {}
}
