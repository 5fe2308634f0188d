// Who is working?

import { html, nothing, repeat } from "./lit.js";
import { get, post, segment } from "./api.js";
import { ago, bytes, count, counted, NONE, percent, time } from "./format.js";
import { confirmed, operate } from "./dialogs.js";
import { action, bar, foreign, foreignList, instead, pager, pill, taskLink } from "./parts.js";
import { changed, isOperator, List, now, repeatedly, state } from "./state.js";

const PAGE = 20;
const SHOWN_DOWNLOADS = 3;
const STATUSES = ["active", "suspect", "lost", "draining", "gone"];
const ORDERS = [
    ["active", "Busiest first"],
    ["heard", "Silent for longest"],
    ["registered", "Oldest first"],
];

const list = new List("/nodes", PAGE, { sort: "active" }, { key: (node) => node.node_id, held: "node-rows" });
let downloads = new Map();
const unfolded = new Set();
let typing = 0;

export function start() {
    repeatedly(5, load, { follows: (stats) => JSON.stringify(stats.nodes) });
}

async function load() {
    await list.refresh();
    await loadDownloads();
}

/** What the nodes on this page work on, in one call. */
async function loadDownloads() {
    const busy = (list.items ?? []).filter((node) => node.active_assignments > 0);
    if (busy.length === 0) {
        downloads = new Map();
        return;
    }
    try {
        const { items } = await get("/assignments", { node_id: busy.map((node) => node.node_id), limit: 1000 });
        downloads = Map.groupBy(items, (assignment) => assignment.node_id);
        changed();
    } catch {
        // The nodes are shown all the same, and asked for again in a moment.
    }
}

function ask(parameters) {
    list.ask({ ...list.parameters, ...parameters }).then(loadDownloads);
    changed();
}

function search(event) {
    clearTimeout(typing);
    const text = event.target.value.trim();
    typing = setTimeout(() => ask({ search: text }), 250);
}

export function nodes() {
    const counts = state.stats.nodes;
    const all = STATUSES.reduce((sum, status) => sum + counts[status], 0);
    const chosen = list.parameters.status ?? "";
    return html`<section id="nodes" aria-labelledby="nodes-title">
        <h2 id="nodes-title" tabindex="-1">Who is working?</h2>
        ${all === 0 ? nobody() : html`
            <div class="tools">
                <div class="chips" role="group" aria-label="Nodes by status">
                    ${chip("", "all", all, chosen)}
                    ${STATUSES.map((status) => chip(status, status, counts[status], chosen))}
                </div>
                <input type="search" aria-label="Search nodes by name, id or operator" placeholder="Name, id or operator" @input=${search}>
                <select aria-label="Order of nodes" @change=${(event) => ask({ sort: event.target.value })}>
                    ${ORDERS.map(([value, name]) => html`<option value=${value}>${name}</option>`)}
                </select>
            </div>
            ${table(chosen)}`}
    </section>`;
}

function nobody() {
    return html`<p class="card empty">No node has joined yet. A volunteer joins with
        <code>./rescue agent --dispatcher ${location.origin} --dir DIR --capacity 100GB</code>.</p>`;
}

function chip(value, name, n, chosen) {
    return html`<button class="quiet" aria-pressed=${chosen === value} @click=${() => ask({ status: value })}>${name} <b>${count(n)}</b></button>`;
}

function table(chosen) {
    const rows = list.items ?? [];
    // What all nodes hold is counted seldomer than what these do.
    const most = Math.max(1, state.stats.fullest_node_bytes, ...rows.map((node) => node.bytes));
    return html`<div class="card flush">
        ${rows.length ? html`<table class="rows nodes" id="node-rows">
            <thead><tr><th>Node</th><th>Status</th><th>Free</th><th>Downloads</th><th>Holds</th><th>Failures</th><th><span class="unseen">Actions</span></th></tr></thead>
            <tbody>${repeat(rows, (node) => node.node_id, (node) => row(node, most))}</tbody>
        </table>` : nothing}
        ${instead(list, chosen || list.parameters.search ? "No node is like that." : "No node has joined yet.")}
        ${pager(list, "Nodes")}
    </div>`;
}

function row(node, most) {
    const rejected = node.rejected ? html`<small class="alarm">${count(node.rejected)} rejected</small>` : nothing;
    return html`<tr>
        <th scope="row" data-label="Node"><span class="name" dir="auto" title=${node.name}>${node.name}</span><small>${about(node)}</small></th>
        <td data-label="Status">${pill(node.status)}<small title=${time(node.last_heartbeat)}>${heard(node)}</small></td>
        <td data-label="Free" class="number">${bytes(node.capacity_gb * 1e9)}</td>
        <td data-label="Downloads" class=${node.active_assignments ? "wide" : nothing}>${working(node)}</td>
        <td data-label="Holds"><span class="pair"><span>${counted(node.copies, "file")}</span><span>${bytes(node.bytes)}</span></span>
            ${bar(node.bytes / most, `${percent(node.bytes, most)} of what the fullest node holds`)}${rejected}</td>
        <td data-label="Failures" class="number">${count(node.failures)}</td>
        <td class="actions">${drains(node)
            ? action("Resume", () => resume(node), { about: node.name })
            : node.status === "active" || node.status === "suspect"
                ? action("Drain", () => drain(node), { about: node.name })
                : nothing}</td>
    </tr>`;
}

function about(node) {
    if (node.operator || node.region) {
        return foreignList([node.operator, node.region]);
    }
    return node.node_id === node.name ? "no operator" : node.node_id;
}

function heard(node) {
    const drained = node.drained && node.status !== "draining" ? "drained, " : "";
    return drained + (node.status === "gone" ? "signed off" : `heard ${ago(node.last_heartbeat, now())} ago`);
}

/** Also of one that is silent or has left. */
function drains(node) {
    return node.drained || node.status === "draining";
}

function working(node) {
    if (node.active_assignments === 0) {
        return html`<span class="idle">${node.status === "active" ? "idle" : NONE}</span>`;
    }
    const all = downloads.get(node.node_id) ?? [];
    const open = unfolded.has(node.node_id);
    const shown = open ? all : all.slice(0, SHOWN_DOWNLOADS);
    const hidden = node.active_assignments - shown.length;
    const fold = () => {
        open ? unfolded.delete(node.node_id) : unfolded.add(node.node_id);
        changed();
    };
    return html`<ul class="downloads">${repeat(shown, (one) => one.assignment_id, download)}</ul>
        ${all.length > SHOWN_DOWNLOADS
            ? html`<button class="quiet fold" aria-expanded=${open} @click=${fold}>${open ? "Fewer" : `${count(hidden)} more`}</button>`
            : all.length === 0 ? html`<small>${counted(node.active_assignments, "file")}</small>` : nothing}`;
}

function download(one) {
    const share = one.size_bytes ? one.bytes_done / one.size_bytes : undefined;
    const told = share === undefined ? bytes(one.bytes_done) : percent(one.bytes_done, one.size_bytes);
    return html`<li>${taskLink(one)}
        ${bar(share ?? 0, share === undefined ? `${bytes(one.bytes_done)}, of unknown size` : told)}<small>${told}</small></li>`;
}

async function drain(node) {
    const sure = !isOperator() || (await confirmed(
        html`Drain ${foreign(node.name)}?`,
        "It finishes what it downloads now and gets nothing new until you resume it, also when its agent starts anew.",
        "Drain",
    ));
    if (sure) {
        const answer = await operate(
            () => post(`/nodes/${segment(node.node_id)}/drain`),
            (standing) => html`${foreign(node.name)} is ${standing.status}; it gets nothing new.`,
        );
        if (answer) {
            await load();
        }
    }
}

async function resume(node) {
    const answer = await operate(
        () => post(`/nodes/${segment(node.node_id)}/resume`),
        (standing) => standing.status === "active"
            ? html`${foreign(node.name)} is active and gets work again.`
            : html`${foreign(node.name)} is ${standing.status}; it gets work again when it is back.`,
    );
    if (answer) {
        await load();
    }
}
