package org.climaterescue.dispatcher.model;

import java.util.Map;

/** Laws of conservation: each query gives what breaks one, as a text in {@code what}. */
final class Laws {

    static final Map<String, String> ALL = Map.of(
            "an assignment ends once",
            """
            select 'token ' || token as what from event
            where kind in ('failed', 'expired', 'released', 'assignment_cancelled')
               or (kind = 'completed' and detail ->> 'late' is null)
            group by token having count(*) > 1
            """,
            "an assignment that has ended is not active",
            """
            select 'token ' || token as what from assignment join event using (task_id, token)
            where kind in ('completed', 'failed', 'expired', 'released', 'assignment_cancelled')
            """,
            "an assignment that has begun is active or has ended",
            """
            select 'token ' || b.token as what from event b
            where b.kind = 'assigned'
              and not exists (select from assignment a where a.token = b.token)
              and not exists (select from event e where e.token = b.token and e.kind in
                  ('completed', 'failed', 'expired', 'released', 'assignment_cancelled'))
            """,
            "nobody works on what is over",
            """
            select 'task ' || task_id as what from assignment join standing using (task_id)
            where status in ('rescued', 'failed', 'cancelled')
            """,
            "nothing is offered of what is over or waits",
            """
            select 'task ' || task_id as what from ready join standing using (task_id)
            where status in ('rescued', 'failed', 'cancelled')
            union select 'task ' || task_id from ready join backoff using (task_id)
            """,
            "no more is offered and worked on than is wanted",
            """
            select 'task ' || t.task_id as what from task t left join standing s using (task_id)
            where (select count(*) from ready r where r.task_id = t.task_id)
                > greatest(0, case when not exists (select from copy c where c.task_id = t.task_id) or s.copies = 0 then 1
                                   else t.copies_target - s.copies end
                              - (select count(*) from assignment a where a.task_id = t.task_id))
            """,
            "nothing that is wanted is forgotten",
            """
            select 'task ' || task_id as what from task_now n
            where status in ('pending', 'replicating')
              and not exists (select from ready r where r.task_id = n.task_id)
              and not exists (select from backoff b where b.task_id = n.task_id)
              and not exists (select from assignment a where a.task_id = n.task_id)
            """,
            "a host has no more connections than it stands",
            "select h.name as what from host h join assignment a using (host_no) group by h.name having count(*) > 3",
            "a node has no more than it has slots and space for",
            """
            select node_id as what from node join assignment using (node_no) group by node_no
            having count(*) > coalesce(slots, 1000) or sum(reserved_bytes) > capacity_bytes
            """,
            "rescued is what is held as often as it is wanted",
            """
            select 'task ' || t.task_id as what from task t join standing s using (task_id)
            where (s.status = 'rescued') <> (s.copies >= t.copies_target) and s.status <> 'cancelled'
               or s.copies <> (select count(*) from copy c where c.task_id = t.task_id and c.sha256 = s.sha256)
            """);

    private Laws() {}
}
