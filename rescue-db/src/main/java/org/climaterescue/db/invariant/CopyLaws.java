package org.climaterescue.db.invariant;

import java.util.List;

/** Whom to believe, and what that makes of a task. */
final class CopyLaws {

    /**
     * The verdict on each task that has copies, worked out anew from {@code copy}: each operator speaks for the digest that most
     * of its copies carry, for none when they are evenly split; a digest that the catalog gives decides alone.
     */
    private static final String VERDICT = """
            with own as (
                select task_id, voice, sha256, count(*) as copies from copy group by task_id, voice, sha256
            ), choice as (
                select task_id, voice, (array_agg(sha256))[1] as sha256
                from (select own.*, max(copies) over (partition by task_id, voice) as most from own) o
                where copies = most group by task_id, voice having count(*) = 1
            ), votes as (
                select task_id, sha256, count(*) as voices from choice group by task_id, sha256
            ), best as (
                select task_id, most, case when count(*) = 1 then (array_agg(sha256))[1] end as sha256
                from (select votes.*, max(voices) over (partition by task_id) as most from votes) v
                where voices = most group by task_id, most
            ), carried as (
                select task_id, sha256, count(*) as copies, array_agg(size_bytes) as sizes
                from copy group by task_id, sha256
            ), led as (
                select h.task_id, t.sha256 as given, coalesce(t.sha256, b.sha256) as sha256, coalesce(b.most, 0) as most
                from (select distinct task_id from copy) h
                join task t using (task_id)
                left join best b using (task_id)
            ), verdict as (
                select l.task_id, l.given, l.most, c.sha256 as leading, coalesce(c.copies, 0) as held, c.sizes,
                       case when c.sha256 is null then 'disputed'
                            when l.given is not null or l.most >= 2 then 'verified'
                            else 'unverified' end::verification as verification
                from led l left join carried c using (task_id, sha256)
            )
            """;

    static final List<Law> ALL = List.of(
            new Law(
                    11,
                    "Where a task stands is what its copies say: how many are held, the digest, its size, the verification.",
                    VERDICT + """
                    select task_id,
                           case when s.task_id is null then 'has copies, but stands nowhere'
                                else s.copies || ' copies ' || coalesce(s.verification::text, 'of nothing') || ', but '
                                     || coalesce(v.held, 0) || ' ' || coalesce(v.verification::text, 'of nothing') || ' by its copies'
                           end as about
                    from verdict v full join standing s using (task_id)
                    where s.task_id is null
                       or s.copies <> coalesce(v.held, 0)
                       or s.sha256 is distinct from v.leading
                       or s.verification is distinct from v.verification
                       or s.size_bytes <> any (v.sizes)
                    """),
            new Law(12, "A copy is marked as rejected exactly when the verdict rejects its digest.", VERDICT + """
                    select c.task_id, 'the copy of ' || n.node_id || ' is '
                           || case when c.rejected then 'marked as rejected' else 'not marked as rejected' end as about
                    from copy c
                    join verdict v using (task_id)
                    join node n using (node_no)
                    left join votes o on o.task_id = c.task_id and o.sha256 = c.sha256
                    where c.rejected <> case when v.given is not null then c.sha256 <> v.given
                                             when v.leading is not null then c.sha256 <> v.leading
                                             else coalesce(o.voices, 0) <> v.most end
                    """),
            new Law(
                    13,
                    "A task is rescued exactly when it holds the copies wanted, unless it is cancelled; one that is replicating has a"
                            + " copy.",
                    """
                    select s.task_id, s.status || ' with ' || s.copies || ' of ' || t.copies_target || ' copies' as about
                    from standing s join task t using (task_id)
                    where s.status <> 'cancelled' and (s.status = 'rescued') <> (s.copies >= t.copies_target)
                       or s.status = 'replicating' and s.verification is null
                    """),
            // How many failures use up the attempts is a setting of the dispatchers, which the database does not know.
            new Law(14, "A task has failed only after a failure that counts, one at least.", """
                    select s.task_id, 'failed without a failure that counts' as about
                    from standing s
                    where s.status = 'failed'
                      and not exists (select from failure f where f.task_id = s.task_id and f.charged)
                    """));

    private CopyLaws() {}
}
