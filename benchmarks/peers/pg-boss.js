// Drains no-op tasks with pg-boss: workers that take 1000 a fetch and, while fetches come back full, do not rest.
//   node pg-boss.js TASKS WARM_UP     (the database is named by DATABASE_URL)

import { PgBoss } from "pg-boss";
import pg from "pg";
import { settled, report } from "./drain.js";

const BATCH = 1000;
const WORKERS = 2;
const QUEUE = "noop";

const boss = new PgBoss({ connectionString: process.env.DATABASE_URL, supervise: false, schedule: false });
boss.on("error", (failure) => {
    throw failure;
});
await boss.start();
await boss.createQueue(QUEUE);
const client = new pg.Client(process.env.DATABASE_URL);
await client.connect();

async function states() {
    const { rows } = await client.query("select state::text, count(*)::int from pgboss.job where name = $1 group by 1", [QUEUE]);
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
}

async function drain(count) {
    for (let left = count; left > 0; left -= BATCH) {
        await boss.insert(QUEUE, Array.from({ length: Math.min(left, BATCH) }, () => ({})));
    }
    await settled(client);
    const before = (await states()).completed ?? 0;
    const calls = [];
    const began = process.hrtime.bigint();
    await Promise.all(
        Array.from({ length: WORKERS }, async () => {
            for (;;) {
                const asked = process.hrtime.bigint();
                const jobs = await boss.fetch(QUEUE, { batchSize: BATCH });
                if (jobs.length === 0) {
                    return;
                }
                await boss.complete(QUEUE, jobs.map((job) => job.id));
                calls.push(Number(process.hrtime.bigint() - asked) / 1e6);
            }
        }),
    );
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    return { done: ((await states()).completed ?? 0) - before, seconds, calls };
}

const [tasks, warmUp] = process.argv.slice(2).map(Number);
await drain(warmUp);
const { done, seconds, calls } = await drain(tasks);
report(tasks, done, seconds, calls);
await boss.stop({ graceful: false });
await client.end();
