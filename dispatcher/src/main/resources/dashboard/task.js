// A task's page: what it is, where it stands, who holds it, and everything that happened to it.

import { html, nothing, repeat } from "./lit.js";
import { get, segment } from "./api.js";
import { cancel, prioritize, retry } from "./commands.js";
import { ago, bytes, count, duration, errorWords, NONE, percent, taskName, time, word } from "./format.js";
import { action, bar, catalogLink, fact, foreign, foreignList, pill } from "./parts.js";
import { changed, now, repeatedly, state } from "./state.js";

let task = null;
let events = [];
/** What happened before is kept no more; null when nothing can be missing. */
let dropped = null;
let failure = null;

const EVENTS = {
    submitted: "was submitted",
    assigned: "was given to",
    completed: "was reported complete by",
    failed: "failed at",
    expired: "was taken back from",
    released: "was given back by",
    assignment_cancelled: "was called off at",
    cancelled: "was cancelled",
    retried: "is tried again",
    prioritized: "has another priority",
    copy_withdrawn: "lost the copy of",
    operator_changed: "has a copy that counts for another operator:",
    reconsidered: "was judged anew",
    sized: "has a size, told by",
    delisted: "is listed by its catalog no more",
    relisted: "is listed by its catalog again",
};

/** What an event says beyond its columns; nothing where it goes without saying. */
const DETAILS = {
    reason: word,
    why: word,
    detail: (words) => words,
    http_status: (status) => `status ${status}`,
    charged: (is) => (is ? null : "costs no attempt"),
    late: () => "after its lease was lost",
    again: () => "it held a copy already",
    size_bytes: bytes,
    priority: (n) => `now ${n}`,
    votes_as: (operator) => operator,
};

export function start() {
    repeatedly(2, load, { page: "task" });
}

export async function load() {
    const id = state.route.task;
    try {
        const [one, history] = await Promise.all([get(`/tasks/${segment(id)}`), get(`/tasks/${segment(id)}/history`)]);
        if (state.route.task === id) {
            task = one;
            events = history.items;
            dropped = history.history_dropped_before ?? null;
            failure = null;
        }
    } catch (refused) {
        if (state.route.task === id) {
            task = task?.task_id === id ? task : null;
            failure = refused.message;
        }
    }
    changed();
}

/** Another task's page begins empty. */
export function open(id) {
    if (task?.task_id !== id) {
        task = null;
        events = [];
        failure = null;
    }
    load();
}

/** What the window is called while the page shows a task; null otherwise. */
export function title() {
    return state.route.page === "task" ? (task ? taskName(task) : state.route.task) : null;
}

export function taskPage() {
    return html`<section id="task" aria-labelledby="task-title">
        <p><a href="#/overview/contents">← Overview</a></p>
        ${task ? whole() : html`<h2 id="task-title">Task ${state.route.task}</h2><p class="card empty" role=${failure ? "alert" : nothing}>${failure ?? "Loading…"}</p>`}
    </section>`;
}

function whole() {
    return html`
        <div class="group title"><h2 id="task-title" dir="auto">${taskName(task)}</h2>${pill(task.status)}${task.verification ? pill(task.verification) : nothing}</div>
        ${failure ? html`<p class="alarm" role="alert">${failure}</p>` : nothing}
        <p class="url" dir="ltr"><a href=${task.dataset_url} rel="noopener noreferrer">${task.dataset_url}</a></p>
        <div class="card group commands">
            ${action("Retry", () => command(retry), { disabled: !(["failed", "cancelled"].includes(task.status) || task.retry_at) })}
            ${action("Cancel", () => command(cancel), { disabled: ["rescued", "cancelled"].includes(task.status) })}
            <form class="limit" @submit=${(event) => command(prioritize, event)}><label for="priority">Priority</label>
                <select id="priority" name="priority">${[10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map(
                    (n) => html`<option value=${n} ?selected=${n === task.priority}>${n}${n === 10 ? ", most urgent" : ""}</option>`,
                )}</select><button class="quiet">Set</button></form>
        </div>
        <dl class="card facts">
            ${fact("Copies", `${task.copies_held} of ${task.copies_target}`)}
            ${fact("Size", bytes(task.size_bytes), task.size_bytes === undefined ? "nobody knows it yet" : `${count(task.size_bytes)} bytes`)}
            ${fact("Attempts used", count(task.attempts), task.retry_at ? `next try ${until(task.retry_at)}` : nothing)}
            ${fact("Rank", task.rank === undefined ? "unranked" : count(task.rank))}
            ${fact("Host", task.host)}
            ${fact("Dataset", task.dataset && foreign(task.dataset), task.organization && foreign(task.organization))}
            ${fact("Catalog", task.catalog && catalogLink(task.catalog, task.catalog_name ?? task.catalog), task.catalog_gone_at ? `listed no more since ${time(task.catalog_gone_at)}` : nothing)}
            ${fact("Submitted", time(task.created_at))}
            <div class="span"><dt>SHA-256</dt><dd>${task.sha256 ? html`<code>${task.sha256}</code>` : NONE}</dd></div>
            <div class="span"><dt>Task</dt><dd><code>${task.task_id}</code></dd></div>
        </dl>
        ${work()}${copies()}${errors()}${custody()}`;
}

function until(at) {
    const seconds = (Date.parse(at) - now()) / 1000;
    return seconds > 0 ? `in ${duration(seconds)}` : "now";
}

function work() {
    const active = task.assignments.filter((one) => one.status === "active");
    return active.length ? html`<div class="card flush"><h3>Being downloaded</h3><ul class="tasks">${active.map((one) => html`<li>
        <span>${one.node_id}<small>attempt ${one.attempt}, for ${ago(one.assigned_at, now())}</small></span>
        <span class="part">${bar(one.bytes_done / (task.size_bytes || Infinity), percent(one.bytes_done, task.size_bytes))}
            <small>${bytes(one.bytes_done)}${task.size_bytes ? ` of ${bytes(task.size_bytes)}` : ""}</small></span></li>`)}</ul></div>` : nothing;
}

function copies() {
    return html`<div class="card flush"><h3>Copies</h3>${task.copies.length ? html`<table class="rows">
        <thead><tr><th>Node</th><th>Verification</th><th>Size</th><th>SHA-256</th><th>Completed</th></tr></thead>
        <tbody>${repeat(task.copies, (copy) => copy.node_id, (copy) => html`<tr>
            <th scope="row" data-label="Node">${copy.node_id}<small>${foreignList([copy.operator, copy.region])}</small></th>
            <td data-label="Verification">${pill(copy.verification)}${copy.late ? html`<small>came late</small>` : nothing}</td>
            <td data-label="Size" class="number">${bytes(copy.size_bytes)}</td>
            <td data-label="SHA-256" class="wide"><code title=${copy.sha256}>${copy.sha256.slice(0, 16)}…</code></td>
            <td data-label="Completed">${time(copy.completed_at)}</td></tr>`)}</tbody></table>`
        : html`<p class="empty">Nobody holds a copy yet.</p>`}</div>`;
}

function errors() {
    return task.errors.length ? html`<div class="card flush"><h3>Errors</h3><ul class="tasks">${task.errors.toReversed().map((error) => html`<li>
        <span><b>${word(error.reason)}</b> at ${error.node_id}<small>${foreign(errorWords(error) || "no further words")}</small></span>
        <small>${time(error.at)}</small></li>`)}</ul></div>` : nothing;
}

function custody() {
    return html`<div class="card flush"><h3>Chain of custody</h3><ol class="custody">${repeat(
        events.map((event, i) => [event, i]).toReversed(),
        ([, i]) => i,
        ([event, i]) => line(event, events[i - 1]),
    )}</ol>
        ${dropped ? html`<p class="empty">What happened before ${time(dropped)} is kept no more.</p>` : nothing}</div>`;
}

function line(event, before) {
    const by = event.actor === event.node_id ? nothing : html`<small>by ${event.actor}</small>`;
    const more = Object.entries(event.detail ?? {})
        .map(([key, value]) => (DETAILS[key] ? DETAILS[key](value) : `${word(key)}: ${value}`))
        .filter(Boolean)
        .join(", ");
    return html`<li><time datetime=${event.at}>${time(event.at)}</time>
        <span>${EVENTS[event.event] ?? word(event.event)} <b>${event.node_id ?? nothing}</b>
            ${by}${more ? html`<small>${more}</small>` : nothing}</span>
        ${before?.task_status === event.task_status ? html`<span></span>` : pill(event.task_status)}</li>`;
}

async function command(does, event) {
    if (await does(task, event)) {
        await load();
    }
}
