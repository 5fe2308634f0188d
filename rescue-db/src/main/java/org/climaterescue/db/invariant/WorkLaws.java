package org.climaterescue.db.invariant;

import java.util.List;

/** What is offered, delayed and worked on. */
final class WorkLaws {

    /** Copies that a task still wants: one at first and while no digest leads, then all that are missing. */
    private static final String WANTED = "(case when s.sha256 is null then 1 else t.copies_target - s.copies end)";

    private static final String OFFERED = "(select task_id, count(*) as rows from ready group by task_id)";
    private static final String WORKED_ON = "(select task_id, count(*) as rows from assignment group by task_id)";

    static final List<Law> ALL = List.of(
            new Law(1, "What is stored about a task, a node, a host or a catalog is about one that exists.", """
                    select x.task_id, x.place || ' is about no task' as about
                    from (select 'standing' as place, task_id from standing union all
                          select 'ready', task_id from ready union all
                          select 'backoff', task_id from backoff union all
                          select 'assignment', task_id from assignment union all
                          select 'copy', task_id from copy union all
                          select 'failure', task_id from failure union all
                          select 'event', task_id from event union all
                          select 'request', task_id from request union all
                          select 'capture', task_id from capture union all
                          select 'catalog_item', task_id from catalog_item) x
                    where not exists (select from task t where t.task_id = x.task_id)
                    union all
                    select x.task_id, x.place || ' is about no node: ' || x.node_no
                    from (select 'assignment' as place, task_id, node_no from assignment union all
                          select 'copy', task_id, node_no from copy union all
                          select 'failure', task_id, node_no from failure union all
                          select 'event', task_id, node_no from event where node_no is not null) x
                    where not exists (select from node n where n.node_no = x.node_no)
                    union all
                    select t.task_id, 'task is about no host: ' || t.host_no
                    from task t where not exists (select from host h where h.host_no = t.host_no)
                    union all
                    select i.task_id, 'catalog_item is about no catalog: ' || i.catalog_no
                    from catalog_item i where not exists (select from catalog c where c.catalog_no = i.catalog_no)
                    """),
            new Law(
                    2,
                    "A task that is rescued, failed or cancelled is not offered, does not wait and is not worked on.",
                    """
                    select s.task_id, s.status || ', but ' || x.what as about
                    from standing s
                    join (select task_id, 'offered' as what from ready union
                          select task_id, 'waiting for its next try' from backoff union
                          select task_id, 'worked on' from assignment) x using (task_id)
                    where s.status <> 'replicating'
                    """),
            // A task whose attempts are used up has not failed while somebody works on it, but nothing more of it is
            // offered. How many failures use them up is a setting of the dispatchers, which the database does not know.
            new Law(
                    3,
                    "Of any other task, all copies still wanted are offered or worked on, unless it waits for its next try, or is"
                            + " worked on after a failure that counts and not offered at all, for its attempts may be used up.",
                    """
                    select t.task_id,
                           %1$s || ' wanted, ' || coalesce(r.rows, 0) || ' offered, ' || coalesce(a.rows, 0) || ' worked on' as about
                    from task t
                    left join standing s using (task_id)
                    left join %2$s r using (task_id)
                    left join %3$s a using (task_id)
                    where (s.status is null or s.status = 'replicating')
                      and coalesce(r.rows, 0) + coalesce(a.rows, 0) < %1$s
                      and not exists (select from backoff b where b.task_id = t.task_id)
                      and not (a.rows is not null and r.rows is null
                               and exists (select from failure f where f.task_id = t.task_id and f.charged))
                    """.formatted(WANTED, OFFERED, WORKED_ON)),
            // Without an offer there may be more at work than wanted: two began before their first copies disagreed.
            new Law(
                    4,
                    "What is offered of a task and worked on is together never more than the copies still wanted.",
                    """
                    select t.task_id, %1$s || ' wanted, ' || r.rows || ' offered, ' || coalesce(a.rows, 0) || ' worked on' as about
                    from %2$s r
                    join task t using (task_id)
                    left join standing s using (task_id)
                    left join %3$s a using (task_id)
                    where (s.status is null or s.status = 'replicating') and r.rows + coalesce(a.rows, 0) > %1$s
                    """.formatted(WANTED, OFFERED, WORKED_ON)),
            new Law(5, "A task that waits for its next try is not offered.", """
                    select b.task_id, 'waits until ' || b.retry_at || ' and is offered' as about
                    from backoff b where exists (select from ready r where r.task_id = b.task_id)
                    """),
            new Law(6, "A task waits for its next try only after a failure that counts.", """
                    select b.task_id, 'waits until ' || b.retry_at || ' after no failure' as about
                    from backoff b
                    where not exists (select from failure f where f.task_id = b.task_id and f.charged)
                    """),
            // Whoever may take a contested row is looked up; of another, everybody may.
            new Law(
                    7,
                    "What is offered stands in the queue as its task says: priority, rank, copies, size, host, the number of the"
                            + " attempt, and whether anybody may not take it.",
                    """
                    select r.task_id, 'slot ' || r.slot || ': urgency ' || r.urgency || ', rank ' || r.rank || ', copies ' || r.copies
                           || ', attempt ' || r.attempt || case when r.contested then ', contested' else '' end as about
                    from ready r
                    join task t using (task_id)
                    left join standing s using (task_id)
                    left join (select task_id, count(*) filter (where charged) as charged
                               from failure group by task_id) f using (task_id)
                    where r.urgency <> 10 - t.priority
                       or r.rank <> coalesce(t.rank, 2147483647)
                       or r.copies <> coalesce(s.copies, 0)
                       or r.size_bytes is distinct from t.size_bytes
                       or r.host_no <> t.host_no
                       or r.attempt <> 1 + coalesce(f.charged, 0)
                       or not r.contested and (f.task_id is not null
                                               or r.task_id in (select task_id from copy)
                                               or r.task_id in (select task_id from assignment))
                    """),
            // One that comes late may meet a second lease of its own node; that one began before.
            new Law(8, "A node is never given a task of which it holds a copy.", """
                    select a.task_id, 'given to ' || n.node_id || ', which held it already' as about
                    from assignment a
                    join copy c using (task_id, node_no)
                    join node n using (node_no)
                    where a.assigned_at >= c.completed_at
                    """),
            new Law(9, "A node that has signed off works on nothing.", """
                    select a.task_id, 'worked on by ' || n.node_id || ', which is gone' as about
                    from assignment a join node n using (node_no) where n.state = 'gone'
                    """),
            new Law(10, "A lease counts for the host of its task.", """
                    select a.task_id, 'counted for host ' || a.host_no || ', not ' || t.host_no as about
                    from assignment a join task t using (task_id) where a.host_no <> t.host_no
                    """));

    private WorkLaws() {}
}
