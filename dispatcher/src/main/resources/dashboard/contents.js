// What is in it? Catalogs, and the search for a file.

import { html, nothing, repeat } from "./lit.js";
import { get, upload } from "./api.js";
import { bytes, count, counted, duration, fileName, percent, time } from "./format.js";
import { named, operate } from "./dialogs.js";
import { bar, instead, pager, pill, taskLink } from "./parts.js";
import { changed, List, now, repeatedly, state } from "./state.js";

const catalogs = new List("/catalogs", 10);
const found = new List("/tasks", 25, {});
/** What is searched for; null while nothing is. */
let sought = null;
let over = false;
let sending = null;

const STATUSES = ["pending", "assigned", "replicating", "rescued", "failed", "cancelled"];

export function start() {
    repeatedly(3, () => catalogs.load());
    // A file that misses the place for it must not take the page away.
    for (const event of ["dragover", "drop"]) {
        addEventListener(event, (missed) => missed.preventDefault());
    }
}

export function contents() {
    return html`<section id="contents" aria-labelledby="contents-title">
        <h2 id="contents-title" tabindex="-1">What is in it?</h2>
        ${searching()}
        <div class="card flush"><h3>Catalogs</h3>
            ${(catalogs.items ?? []).length ? html`<ul class="catalogs">${repeat(catalogs.items, (one) => one.catalog_id, catalog)}</ul>` : nothing}
            ${instead(catalogs, "No catalog has been imported yet.")}
            ${pager(catalogs, "Catalogs")}
            ${drop()}
        </div>
    </section>`;
}

function searching() {
    return html`<div class="card flush">
        <form class="tools inside" role="search" @submit=${look}>
            <h3>Files</h3>
            <input name="search" type="search" aria-label="Part of a URL, a name or a dataset" placeholder="Part of a URL, a name or a dataset" maxlength="512">
            <select name="status" aria-label="Status"><option value="">any status</option>
                ${STATUSES.map((status) => html`<option value=${status}>${status}</option>`)}</select>
            <button type="submit">Search</button>
        </form>
        ${sought ? results() : html`<p class="empty">Search for a file by its URL, its name or its dataset; without a word, the newest are shown.</p>`}
    </div>`;
}

function results() {
    const rows = found.items ?? [];
    const partly = found.items && found.next && rows.length < found.limit;
    return html`<div role="region" aria-label="Files found">
        ${rows.length ? html`<table class="rows"><thead><tr><th>File</th><th>Dataset</th><th>Size</th><th>Copies</th><th>Priority</th><th>Status</th></tr></thead>
            <tbody>${repeat(rows, (task) => task.task_id, (task) => html`<tr>
                <th scope="row" data-label="File">${taskLink(task.task_id, task.name ?? fileName(task.dataset_url))}<small class="url">${task.dataset_url}</small></th>
                <td data-label="Dataset">${task.dataset ?? "–"}<small>${task.organization ?? nothing}</small></td>
                <td data-label="Size" class="number">${bytes(task.size_bytes)}</td>
                <td data-label="Copies" class="number">${task.copies_held} of ${task.copies_target}</td>
                <td data-label="Priority" class="number">${task.priority}</td>
                <td data-label="Status">${pill(task.status)}</td></tr>`)}</tbody></table>` : nothing}
        ${found.items && !rows.length && found.next
            ? html`<p class="empty">Nothing among the tasks looked at so far. Next goes on with older ones.</p>`
            : instead(found, "No file is like that.")}
        ${partly && rows.length ? html`<p class="empty">These are from the newest tasks. Next goes on with older ones.</p>` : nothing}
        ${pager(found, "Files")}</div>`;
}

function look(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    sought = { search: form.get("search").trim(), status: form.get("status") };
    found.items = null;
    found.ask(sought);
    changed();
}

function catalog(one) {
    const importing = one.status === "importing";
    const share = one.file_bytes ? one.bytes_read / one.file_bytes : 0;
    return html`<li>
        <div class="group"><div><b>${one.name}</b> <small class="inline">${one.format} · ${counted(one.datasets, "dataset")}</small>
            ${pill(one.status)}</div><small title=${time(one.finished_at ?? one.started_at)}>${importing
                ? `for ${duration((now() - Date.parse(one.started_at)) / 1000)}`
                : time(one.finished_at)}</small></div>
        ${importing ? html`<div class="group">${bar(share, percent(one.bytes_read, one.file_bytes))}<small>${percent(one.bytes_read, one.file_bytes)} of ${bytes(one.file_bytes)}</small></div>` : nothing}
        ${one.error ? html`<p class="alarm">${one.error}</p>` : nothing}
        <p class="counts">${counted(one.read, "record")}: ${[
            [one.added, "added"], [one.updated, "updated"], [one.unchanged, "unchanged"], [one.duplicates, one.duplicates === 1 ? "duplicate" : "duplicates"], [one.repaired, "with a repaired URL"], [one.gone, "listed no more"],
        ].filter(([n]) => n).map(([n, what]) => `${count(n)} ${what}`).join(", ") || "none of use"}${one.rejected
            ? html`, <a href="/catalogs/${one.catalog_id}/rejected" target="_blank" rel="noopener">${count(one.rejected)} rejected</a>` : nothing}</p>
    </li>`;
}

function drop() {
    const stop = (event, is) => {
        event.preventDefault();
        if (over !== is) {
            over = is;
            changed();
        }
    };
    return html`<div class="drop ${over ? "over" : ""}"
            @dragover=${(event) => stop(event, true)} @dragleave=${(event) => stop(event, false)}
            @drop=${(event) => {
                stop(event, false);
                bring([...event.dataTransfer.files]);
            }}>
        ${sending ? html`<span aria-busy="true" role="status">Sending ${sending}…</span>` : html`
            <span>Drop a catalog here: DCAT-US, CKAN, a table with a column <code>url</code>, JSON lines; plain or gzip.</span>
            <label class="file">Choose a file<input type="file" class="unseen" multiple @change=${(event) => {
                bring([...event.target.files]);
                event.target.value = "";
            }}></label>`}
    </div>`;
}

async function bring(files) {
    for (const file of files) {
        await operate(async () => {
            const name = await nameOf(file);
            if (name) {
                sending = file.name;
                changed();
                await upload("/catalogs", { name }, file);
            }
            return name;
        }, (name) => name && `${file.name} is being imported as “${name}”.`);
        sending = null;
    }
    await catalogs.load();
}

/** Every agency calls its catalog data.json, and a catalog of the same name is the next version of that one: so this is asked. */
async function nameOf(file) {
    const { items } = await get("/catalogs", { limit: 1000 });
    const known = new Set(items.map((one) => one.name));
    return named(`Import ${file.name}`, "Name of the catalog", file.name, (name) => known.has(name)
        ? "A catalog of this name is there already. This becomes its next version: what it lists no more is marked as gone."
        : "Its next version comes under the same name.");
}
