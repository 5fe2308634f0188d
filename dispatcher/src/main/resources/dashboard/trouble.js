// Where does it hurt? Hosts, failed tasks by reason, and tasks that nodes disagree about.

import { html, live, nothing, repeat } from "./lit.js";
import { patch, post, segment } from "./api.js";
import { bytes, count, counted, duration, errorWords, NONE, taskName, time, word } from "./format.js";
import { cancel, retry } from "./commands.js";
import { confirmed, operate } from "./dialogs.js";
import { action, bar, foreign, instead, pager, taskLink } from "./parts.js";
import { changed, List, now, repeatedly, state } from "./state.js";

const hosts = new List("/hosts", 10, { sort: "active" }, { key: (host) => host.host, held: "host-rows" });
const disputes = new List("/tasks", 10, { verification: "disputed" });
const failures = new List("/tasks/failures", null);
/** The tasks of the reason that is unfolded. */
let shown = null;
/** What is done to all tasks of a reason at the moment: reason, verb, tasks so far. */
let working = null;
let typing = 0;

const MEANINGS = {
    gone: "The origin says that the file is no more.",
    forbidden: "The origin asks for a login or refuses.",
    dynamic_page: "The URL gives a page made for the moment, not a file.",
    origin_busy: "The origin asked to come back later.",
    origin_error: "The origin answered with an error of its own.",
    network: "No connection, or it broke.",
    timeout: "Connected, but no byte came for too long.",
    too_large: "Larger than a node's file system can hold.",
    disk_full: "The node has no room for it.",
    digest_mismatch: "The bytes do not have the digest that the catalog gives.",
    blocked_address: "The URL leads to a private address.",
    shutdown: "The node was stopping.",
    other: "None of the usual reasons.",
};

export function start() {
    repeatedly(5, () => Promise.all([hosts.refresh(), failures.load(), disputes.load()]), {
        follows: ({ tasks, by_host: hosts }) => `${tasks.failed.count} ${hosts.length}`,
    });
}

export function trouble() {
    return html`<section id="trouble" aria-labelledby="trouble-title">
        <h2 id="trouble-title" tabindex="-1">Where does it hurt?</h2>
        <div class="columns">${failedTasks()}${disputed()}</div>
        ${origins()}
    </section>`;
}

function failedTasks() {
    const groups = failures.items ?? [];
    return html`<div class="card flush"><h3>Failed tasks</h3>
        ${groups.length ? html`<ul class="groups">${repeat(groups, (group) => group.reason, failedGroup)}</ul>` : nothing}
        ${instead(failures, "None. A task fails when its attempts are used up; it is then listed here by its reason.")}
    </div>`;
}

function failedGroup(group) {
    const open = shown?.reason === group.reason;
    const busy = working?.reason === group.reason ? working : null;
    const where = group.hosts.map((host) => host.host).join(", ");
    return html`<li>
        <div class="group">
            <div><b>${word(group.reason)}</b> <span class="number">${counted(group.count, "task")}</span>
                <small>${MEANINGS[group.reason] ?? ""}</small></div>
            <div class="actions">${busy
                ? html`<span aria-busy="true" role="status">${busy.verb} ${count(busy.done)} of ${count(busy.all)}</span>`
                : html`${action("Retry all", () => all(group, "retry"), { about: word(group.reason), disabled: working !== null })}
                    ${action("Cancel all", () => all(group, "cancel"), { about: word(group.reason), disabled: working !== null })}
                    <button class="quiet" aria-expanded=${open} aria-label="${open ? "Hide" : "Show"} the tasks: ${word(group.reason)}" @click=${() => unfold(group)}>${open ? "Hide" : "Show"}</button>`}
            </div>
        </div>
        <p class="error">${where}${group.example.detail || group.example.http_status
            ? html`<q>${foreign(errorWords(group.example))}</q>` : nothing}</p>
        ${open ? html`<div class="inner">
            <ul class="tasks">${repeat(shown.list.items ?? [], (task) => task.task_id, (task) => html`<li>
                <span>${taskLink(task)}<small class="url" dir="ltr">${task.dataset_url}</small></span>
                <span class="actions">${action("Retry", () => one(task, retry), { about: taskName(task) })}
                ${action("Cancel", () => one(task, cancel), { about: taskName(task) })}</span></li>`)}</ul>
            ${instead(shown.list, "None is left.")}${pager(shown.list, "Tasks")}</div>` : nothing}
    </li>`;
}

function unfold(group) {
    if (shown?.reason === group.reason) {
        shown = null;
    } else {
        shown = { reason: group.reason, list: new List("/tasks", 10, { reason: group.reason }) };
        shown.list.load();
    }
    changed();
}

async function one(task, does) {
    if (await does(task)) {
        await Promise.all([failures.load(), shown?.list.load()]);
    }
}

/** One call does as much as it can in a few seconds and says where to go on, so that a million tasks are no single transaction. */
async function all(group, verb) {
    const tasks = counted(group.count, "task");
    const sure = await confirmed(
        verb === "retry" ? `Try ${tasks} again?` : `Cancel ${tasks}?`,
        verb === "retry"
            ? `They failed as “${word(group.reason)}”. Their attempts start anew, and nodes are given them in the usual order.`
            : `They failed as “${word(group.reason)}” and will be wanted no more. Each can be retried later.`,
        verb === "retry" ? "Retry all" : "Cancel all",
    );
    if (!sure) {
        return;
    }
    let changedTasks = 0;
    let refused = 0;
    working = { reason: group.reason, verb: verb === "retry" ? "Retrying" : "Cancelling", done: 0, all: group.count };
    changed();
    try {
        let cursor = null;
        do {
            const answer = await operate(
                () => post(`/tasks/${verb}`, { reason: group.reason, cursor }),
                (step) => (step.next_cursor ? null : summary(verb, changedTasks + step.changed, refused + step.refused)),
            );
            if (!answer) {
                return;
            }
            changedTasks += answer.changed;
            refused += answer.refused;
            cursor = answer.next_cursor ?? null;
            working = { ...working, done: changedTasks + refused };
            changed();
        } while (cursor);
    } finally {
        working = null;
        await Promise.all([failures.load(), shown?.list.load()]);
    }
}

function summary(verb, done, refused) {
    const told = `${counted(done, "task")} ${verb === "retry" ? "will be tried again" : "cancelled"}.`;
    return refused ? `${told} ${count(refused)} were left as they are: their URL lives on in a newer task, or somebody was quicker.` : told;
}

function disputed() {
    const rows = disputes.items ?? [];
    return html`<div class="card flush"><h3>Disputes</h3>
        ${rows.length ? html`<ul class="tasks">${repeat(rows, (task) => task.task_id, (task) => html`<li><span>
            ${taskLink(task)}<small class="url" dir="ltr">${task.dataset_url}</small></span></li>`)}</ul>` : nothing}
        ${instead(disputes, "None. Where nodes disagree about a file's digest, a further node is asked, and the file is listed here until one digest leads.")}
        ${pager(disputes, "Disputes")}</div>`;
}

function origins() {
    const rows = hosts.items ?? [];
    const amounts = new Map(state.stats.by_host.map((host) => [host.host, host.tasks]));
    return html`<div class="card flush">
        <div class="tools inside"><h3>Hosts</h3>
            <input type="search" aria-label="Search hosts" placeholder="Host" @input=${search}></div>
        ${rows.length ? html`<table class="rows" id="host-rows">
            <thead><tr><th>Host</th><th>Load</th><th>State</th><th>Waiting</th><th>Safe</th><th>Failed</th><th>Limit</th><th><span class="unseen">Actions</span></th></tr></thead>
            <tbody>${repeat(rows, (host) => host.host, (host) => origin(host, amounts.get(host.host)))}</tbody>
        </table>` : nothing}
        ${instead(hosts, hosts.parameters.search ? "No host has a name like that." : "No task names a host yet.")}
        ${pager(hosts, "Hosts")}</div>`;
}

function origin(host, tasks) {
    const load = `${count(host.active)} of ${count(host.connections)}`;
    const unlimited = host.host === "magnet:";
    return html`<tr>
        <th scope="row" data-label="Host"><span class="name">${unlimited ? "magnets" : host.host}</span></th>
        <td data-label="Load">${unlimited
            ? html`<span class="number">${count(host.active)}</span>`
            : html`<span class="number">${load}</span>${bar(host.active / Math.max(1, host.connections), `${load} connections in use`, host.active >= host.connections ? "full" : "")}`}</td>
        <td data-label="State">${hostState(host)}</td>
        <td data-label="Waiting" class="number">${counted(host.ready, "copy", "copies")}</td>
        <td data-label="Safe" class="number">${tasks ? html`${count(tasks.rescued.count)}<small>${bytes(tasks.rescued.bytes)}</small>` : NONE}</td>
        <td data-label="Failed" class="number">${tasks ? count(tasks.failed.count) : NONE}</td>
        <td data-label="Limit">${unlimited ? NONE : html`<form class="limit" @submit=${(event) => limit(event, host)}>
            <input name="limit" type="number" min="1" max="1000" required aria-label="Connections that ${host.host} stands at most" .value=${live(edited(host))}
                @input=${(event) => edits.set(host.host, event.target.value)}>
            <button class="quiet" ?disabled=${!edits.has(host.host)} aria-label="Set the limit: ${host.host}">Set</button></form>`}</td>
        <td class="actions">${action(host.paused ? "Resume" : "Pause", () => pause(host), { about: host.host })}</td>
    </tr>`;
}

/** Limits that somebody is typing: a fresh list must not overwrite them. */
const edits = new Map();

function edited(host) {
    return edits.get(host.host) ?? String(host.max_connections);
}

function hostState(host) {
    if (host.paused) {
        return html`<span class="pill" data-status="paused">paused</span><small>by an operator</small>`;
    }
    if (host.busy_until) {
        const rest = (Date.parse(host.busy_until) - now()) / 1000;
        return html`<span class="pill" data-status="busy">resting</span><small title=${time(host.busy_until)}>${rest > 0 ? `for ${duration(rest)}` : "a moment more"}</small>`;
    }
    if (host.connections < host.max_connections) {
        return html`<span class="pill" data-status="busy">throttled</span><small>${count(host.connections)} of ${count(host.max_connections)} for now</small>`;
    }
    return html`<span class="pill" data-status="open">open</span>`;
}

function search(event) {
    clearTimeout(typing);
    const text = event.target.value.trim();
    typing = setTimeout(() => hosts.ask({ ...hosts.parameters, search: text }), 250);
}

async function steer(host, change, done) {
    const now = await operate(() => patch(`/hosts/${segment(host.host)}`, change), done);
    if (now) {
        hosts.items = hosts.items.map((one) => (one.host === now.host ? now : one));
        edits.delete(host.host);
        changed();
    }
}

function pause(host) {
    return steer(
        host,
        { paused: !host.paused },
        host.paused ? `${host.host} is given out again.` : `${host.host} is paused: downloads under way go on, nothing new is given out.`,
    );
}

function limit(event, host) {
    event.preventDefault();
    const most = Number(new FormData(event.target).get("limit"));
    return steer(host, { max_connections: most }, `${host.host} stands ${counted(most, "connection")} at most.`);
}
