-- Of those that have failed before. In a transaction of its own: nobody waits for it but who writes to one of these rows.

update standing s
set reason = (select f.reason from failure f where f.task_id = s.task_id and f.charged order by f.failure_no desc limit 1)
where s.status = 'failed';
