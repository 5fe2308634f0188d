// Drains no-op tasks with graphile-worker: two processes, each with a local queue, as its documentation says is fastest.
//   node graphile-worker.js TASKS WARM_UP     (the database is named by DATABASE_URL)

import { fork } from "node:child_process";
import { once } from "node:events";
import { Logger, run, runMigrations } from "graphile-worker";
import pg from "pg";
import { settled, report } from "./drain.js";

const PROCESSES = 2;
const REPORT_EVERY_MS = 5;
const preset = {
    worker: {
        connectionString: process.env.DATABASE_URL,
        concurrentJobs: 24,
        maxPoolSize: 25,
        localQueue: { size: 500 },
        completeJobBatchDelay: 0,
        failJobBatchDelay: 0,
        logger: new Logger(() => () => {}),
    },
};

/** One of the processes: runs jobs between "start" and "stop", and tells how many and when the first one was. */
async function work() {
    let runner;
    let done = 0;
    let began;
    async function noop() {
        began ??= process.hrtime.bigint();
        done++;
    }
    setInterval(() => {
        if (done > 0) {
            process.send({ done, began: String(began) });
            done = 0;
        }
    }, REPORT_EVERY_MS);
    process.on("disconnect", () => process.exit());
    process.on("message", async (order) => {
        if (order === "start") {
            began = undefined;
            runner = await run({ preset, noHandleSignals: true, taskList: { noop } });
        } else {
            await runner.stop();
            process.send({ stopped: true });
        }
    });
}

/** Resolves when every worker has sent what is waited for. */
function each(workers, answered) {
    return Promise.all(
        workers.map(async (worker) => {
            for (;;) {
                const [message] = await once(worker, "message");
                if (answered(message)) {
                    return;
                }
            }
        }),
    );
}

async function drain(client, workers, count) {
    await client.query(
        `select count(*) from graphile_worker.add_jobs(array(
             select row('noop', '{}'::json, null, null, null, null, null, null)::graphile_worker.job_spec
             from generate_series(1, $1)))`,
        [count],
    );
    await settled(client);
    let done = 0;
    let began;
    const listeners = [];
    const executed = new Promise((all) => {
        for (const worker of workers) {
            const listener = (message) => {
                if (message.done) {
                    const first = BigInt(message.began);
                    began = began === undefined || first < began ? first : began;
                    done += message.done;
                    if (done >= count) {
                        all();
                    }
                }
            };
            worker.on("message", listener);
            listeners.push(() => worker.off("message", listener));
        }
    });
    workers.forEach((worker) => worker.send("start"));
    await executed;
    // Executed is not completed: that is written in batches.
    for (let left = true; left; ) {
        left = (await client.query("select exists (select from graphile_worker._private_jobs) as any")).rows[0].any;
    }
    const seconds = Number(process.hrtime.bigint() - began) / 1e9;
    listeners.forEach((off) => off());
    const stopped = each(workers, (message) => message.stopped);
    workers.forEach((worker) => worker.send("stop"));
    await stopped;
    return { done, seconds };
}

async function lead(tasks, warmUp) {
    const client = new pg.Client(process.env.DATABASE_URL);
    await client.connect();
    await runMigrations({ preset });
    const workers = Array.from({ length: PROCESSES }, () => fork(process.argv[1], ["worker"]));
    try {
        await drain(client, workers, warmUp);
        const { done, seconds } = await drain(client, workers, tasks);
        report(tasks, done, seconds);
    } finally {
        workers.forEach((worker) => worker.kill());
        await client.end();
    }
}

if (process.argv[2] === "worker") {
    await work();
} else {
    await lead(Number(process.argv[2]), Number(process.argv[3]));
}
