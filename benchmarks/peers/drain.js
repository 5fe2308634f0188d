// What the drains of the peers share.

/** The tables as the others find theirs: vacuumed, analyzed, and with nothing left to be written out. */
export async function settled(client) {
    await client.query("vacuum (analyze)");
    await client.query("checkpoint");
}

/** Writes the line that the benchmark reads. The times of calls are in milliseconds, and sorted by nobody yet. */
export function report(tasks, done, seconds, calls = []) {
    if (done !== tasks) {
        throw new Error(`${done} of ${tasks} tasks were done`);
    }
    const sorted = calls.toSorted((one, other) => one - other);
    const figures = { tasks, seconds };
    if (sorted.length > 0) {
        figures.p50_ms = sorted[Math.floor(sorted.length * 0.5)];
        figures.p99_ms = sorted[Math.floor(sorted.length * 0.99)];
    }
    console.log(JSON.stringify(figures));
}
