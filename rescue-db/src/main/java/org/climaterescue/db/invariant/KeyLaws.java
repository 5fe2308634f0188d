package org.climaterescue.db.invariant;

import java.util.List;

/** Who keeps a URL or a request id. */
final class KeyLaws {

    static final List<Law> ALL = List.of(
            new Law(23, "A URL is kept by a task of that very URL which has neither failed nor been cancelled.", """
                    select c.task_id, case when s.task_id is null then 'keeps the URL of another'
                                           else s.status || ', but keeps its URL' end as about
                    from capture c
                    join task t using (task_id)
                    left join standing s on s.task_id = c.task_id and s.status in ('failed', 'cancelled')
                    where s.task_id is not null
                       or c.url_sha256 <> sha256(convert_to(coalesce(t.canonical_url, t.url), 'UTF8'))
                    """),
            new Law(
                    24,
                    "The URL of a task that has neither failed nor been cancelled is kept, by it or by another task of that URL.",
                    """
                    select t.task_id, 'its URL is kept by nobody' as about
                    from task t
                    where not exists (select from capture c
                                      where c.url_sha256 = sha256(convert_to(coalesce(t.canonical_url, t.url), 'UTF8')))
                      and not exists (select from standing s where s.task_id = t.task_id and s.status in ('failed', 'cancelled'))
                    """),
            new Law(25, "A request id is kept by the task that came with it.", """
                    select task_id, 'request id ' || request_id
                           || case when r.fingerprint is null then ' is kept by nobody' else ' came with another task' end as about
                    from request r
                    full join (select task_id, request_id from task where request_id is not null) t using (task_id, request_id)
                    where r.fingerprint is null or t.task_id is null
                    """));

    private KeyLaws() {}
}
