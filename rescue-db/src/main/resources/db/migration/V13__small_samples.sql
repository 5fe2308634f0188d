-- While a catalog comes in its tables double again and again, and each time they are analyzed. With samples of 30,000 rows that took half
-- as much of a processor as writing the rows. No plan hangs on more than the rough size of these columns: 3,000 rows tell that.
do $$
declare
    part record;
begin
    for part in
        select c.oid::regclass as relation, c.relkind, a.attnum, a.attname
        from pg_class c join pg_attribute a on a.attrelid = c.oid
        where a.attnum > 0 and not a.attisdropped
          and (c.oid in ('task'::regclass, 'ready'::regclass, 'event'::regclass, 'capture'::regclass, 'catalog_item'::regclass)
               -- The expression that it indexes is sampled too.
               or c.oid = 'task_of_url'::regclass)
    loop
        if part.relkind = 'i' then
            execute format('alter index %s alter column %s set statistics 10', part.relation, part.attnum);
        else
            execute format('alter table %s alter column %I set statistics 10', part.relation, part.attname);
        end if;
    end loop;
end $$;
