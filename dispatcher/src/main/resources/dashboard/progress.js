// Is it going well?

import { html, nothing } from "./lit.js";
import { get } from "./api.js";
import { bytes, count, counted, due, duration, percent, rate, time } from "./format.js";
import { Chart, columns } from "./chart.js";
import { changed, now, repeatedly, state } from "./state.js";

const STATUSES = [
    ["rescued", "Safe", "all copies wanted are held"],
    ["replicating", "Replicating", "some copies are held"],
    ["assigned", "Downloading", "a node works on the first copy"],
    ["pending", "Waiting", "nobody works on them yet"],
    ["failed", "Failed", "attempts used up"],
    ["cancelled", "Cancelled", "called off, not counted"],
];

const SPANS = [
    ["hour", "Hour"],
    ["day", "Day"],
    ["all", "All"],
];

/** A count that is older than this many seconds is told to be old. */
const WORTH_TELLING = 10;

let span = "hour";
let samples = null;
let pointed = null;
let chart = null;
let following = null;

export function start() {
    repeatedly(10, load);
}

async function load() {
    try {
        const asked = span;
        const { items } = await get("/stats/history", { span: asked });
        if (asked === span) {
            samples = items;
            pointed = null;
            draw();
            changed();
        }
    } catch {
        // The next look may find it; the state of the connection is told above.
    }
}

function draw() {
    if (chart && samples?.length > 1) {
        following = columns(samples);
        chart.show(following);
    }
}

/** The chart lives in an element that lit-html leaves alone. */
export function mounted() {
    const element = document.getElementById("curve");
    if (element && chart?.element !== element) {
        chart = new Chart(element);
        chart.point = (index) => {
            if (index !== pointed) {
                pointed = index ?? null;
                changed();
            }
        };
        draw();
    }
}

/** All that is not cancelled. */
function all(tasks) {
    return STATUSES.slice(0, 5).reduce(
        (sum, [status]) => ({ count: sum.count + tasks[status].count, bytes: sum.bytes + tasks[status].bytes }),
        { count: 0, bytes: 0 },
    );
}

/** How much is safe, for the window's title. */
export function share() {
    const { tasks } = state.stats;
    const wanted = all(tasks);
    return wanted.count ? `${percent(tasks.rescued.count, wanted.count)} safe` : null;
}

export function progress() {
    const stats = state.stats;
    const tasks = stats.tasks;
    const wanted = all(tasks);
    return html`<section id="progress" aria-labelledby="progress-title">
        <h2 id="progress-title" tabindex="-1">Is it going well?</h2>
        ${wanted.count === 0 && tasks.cancelled.count === 0 ? beginning() : figures(stats, tasks, wanted)}
    </section>`;
}

function beginning() {
    return html`<div class="card beginning">
        <p><strong>There is nothing to rescue yet.</strong></p>
        <p>Import a catalog: drop its file <a href="#/overview/contents">below</a>, or call <code>./rescue import FILE</code>. Then let nodes
            join with <code>./rescue agent --dispatcher ${location.origin} --dir DIR --capacity 100GB</code>.</p>
    </div>`;
}

function figures(stats, tasks, wanted) {
    const safe = tasks.rescued;
    const open = wanted.count - safe.count - tasks.failed.count;
    return html`
        <div class="card headline">
            <p class="verdict"><strong class="figure">${count(safe.count)}</strong> of ${counted(wanted.count, "file")} safe
                <span class="share">${percent(safe.count, wanted.count)}</span>
                <small>${bytes(safe.bytes)} of ${bytes(wanted.bytes - tasks.failed.bytes)}, as far as sizes are known${counting(stats)}</small></p>
            ${strip(tasks, wanted)}
            <dl class="statuses">${STATUSES.map(
                ([status, name, meaning]) => html`<div data-status=${status} title=${meaning}>
                    <dt>${name}</dt><dd>${count(tasks[status].count)}<small>${bytes(tasks[status].bytes)}</small></dd></div>`,
            )}</dl>
        </div>
        <dl class="figures">
            ${figure("Throughput", rate(stats.throughput.bytes_per_second), `${pace(stats.throughput)}, over the last minute`)}
            ${figure("Time left", left(stats, open), remark(stats, open))}
            ${figure("Downloads", count(stats.queue.active), `${counted(stats.nodes.active, "active node")}`)}
            ${figure("In the queue", counted(stats.queue.ready, "copy", "copies"), queued(stats.queue))}
        </dl>
        <figure class="card curve">
            <figcaption>
                <span class="key safe">Safe files</span><span class="key pace">Arriving</span>
                <span class="point">${readout()}</span>
                <span class="spans" role="group" aria-label="How far back the curve goes">${SPANS.map(
                    ([value, name]) => html`<button class="quiet" aria-pressed=${span === value} @click=${() => choose(value)}>${name}</button>`,
                )}</span>
            </figcaption>
            <div id="curve" role="img" aria-label=${spoken()}></div>
            ${samples && samples.length < 2 ? html`<p class="empty over">The curve begins with the second figure, in a moment.</p>` : nothing}
        </figure>`;
}

/** So many tasks take long to count: then it is done seldom. */
function counting({ at, counted_at: countedAt }) {
    const seconds = (Date.parse(at) - Date.parse(countedAt)) / 1000;
    return seconds >= WORTH_TELLING ? `; counted ${duration(seconds)} ago` : "";
}

function figure(name, value, note) {
    return html`<div class="card"><dt>${name}</dt><dd><strong>${value}</strong><small>${note}</small></dd></div>`;
}

function strip(tasks, wanted) {
    let x = 0;
    const parts = STATUSES.slice(0, 5).map(([status]) => {
        const width = (100 * tasks[status].count) / wanted.count;
        const part = html`<i data-status=${status} .style=${`left:${x}%;width:${width}%`}></i>`;
        x += width;
        return part;
    });
    const spokenShares = STATUSES.slice(0, 5).map(([status, name]) => `${name} ${percent(tasks[status].count, wanted.count)}`);
    return html`<div class="strip" role="img" aria-label=${spokenShares.join(", ")}>${parts}</div>`;
}

function pace({ copies_per_second: copies }) {
    return copies >= 1 ? `${count(copies)} copies/s` : `${count(copies * 60)} copies/min`;
}

function left(stats, open) {
    if (open === 0) {
        return "Done";
    }
    return stats.eta_seconds === undefined ? "Unknown" : duration(stats.eta_seconds);
}

function remark(stats, open) {
    if (open === 0) {
        const failed = stats.tasks.failed.count;
        return failed ? `but ${count(failed)} failed` : "nothing is left to do";
    }
    if (stats.eta_seconds !== undefined) {
        return `${due(stats.eta_seconds, now())}, at this pace`;
    }
    return stats.nodes.active ? "no copy came in within a minute" : "no node is active";
}

function queued(queue) {
    const backoff = queue.backoff ? `${count(queue.backoff)} wait after a failure` : "";
    const oldest = queue.ready ? `oldest for ${duration(queue.oldest_seconds)}` : "nothing waits for a node";
    return [oldest, backoff].filter(Boolean).join("; ");
}

function readout() {
    if (pointed === null || !following || !samples?.[pointed]) {
        return nothing;
    }
    const [, files, paces] = following;
    return `${time(samples[pointed].at)}: ${count(files[pointed])} safe, ${rate(paces[pointed])}`;
}

function spoken() {
    if (!samples || samples.length < 2) {
        return "Curve of safe files over time; it has no points yet";
    }
    const [first, last] = [samples[0], samples.at(-1)];
    return `Safe files over time: from ${count(first.rescued.count)} at ${time(first.at)} to ${count(last.rescued.count)} at ${time(last.at)}`;
}

function choose(value) {
    span = value;
    load();
    changed();
}
