// What did we save? Work that was not done twice.

import { html } from "./lit.js";
import { count, counted, duration, percent } from "./format.js";
import { state } from "./state.js";

export function savings() {
    const { deduplication: same, coalescing: reads, queue, copies, tasks } = state.stats;
    const twice = same.duplicates_by_url + same.duplicates_by_request_id;
    return html`<section id="savings" aria-labelledby="savings-title">
        <h2 id="savings-title" tabindex="-1">What did we save?</h2>
        <dl class="figures">
            ${figure("Duplicate submissions", count(twice), same.submitted
                ? `${percent(twice, same.submitted)} of ${count(same.submitted)}: ${count(same.duplicates_by_url)} by URL, ${count(same.duplicates_by_request_id)} by request id`
                : "nothing was submitted yet")}
            ${figure("Reads shared", count(reads.deduplicated_requests + reads.cache_hits), reads.total_requests
                ? `${percent(reads.deduplicated_requests + reads.cache_hits, reads.total_requests)} of ${count(reads.total_requests)} were answered with the result of an equal one`
                : "nothing was read yet")}
            ${figure("Oldest in the queue", queue.ready ? duration(queue.oldest_seconds) : "none", `${counted(queue.ready, "copy", "copies")} can be made now`)}
            ${figure("Copies held", count(copies.count), `of ${counted(tasks.rescued.count + tasks.replicating.count, "file")}`)}
        </dl>
        <p class="note">The first two are of all dispatchers together, over all their starts.</p>
    </section>`;
}

function figure(name, value, note) {
    return html`<div class="card"><dt>${name}</dt><dd><strong>${value}</strong><small>${note}</small></dd></div>`;
}
