// What is in it? Catalogs, and the search for a file.

import { html, nothing, repeat } from "./lit.js";
import { get, remove, segment } from "./api.js";
import { operate } from "./dialogs.js";
import { bytes, count, counted, duration, NONE, percent, standing, time } from "./format.js";
import { drop, whenSent } from "./importing.js";
import { action, bar, catalogLink, foreign, instead, pager, pill, taskLink } from "./parts.js";
import { changed, List, now, repeatedly } from "./state.js";

const catalogs = new List("/catalogs", 10);
const found = new List("/tasks", 25, {});
/** What is searched for; null while nothing is. */
let sought = null;
/** The catalog that is searched in: its id, and its name once it is known; null for all. */
let within = null;

const STATUSES = ["pending", "assigned", "replicating", "rescued", "failed", "cancelled"];

export function start() {
    repeatedly(3, () => catalogs.load());
    whenSent(() => catalogs.load());
}

export function contents() {
    return html`<section id="contents" aria-labelledby="contents-title">
        <h2 id="contents-title" tabindex="-1">What is in it?</h2>
        ${searching()}
        <section id="catalogs" class="card flush" aria-labelledby="catalogs-title"><h3 id="catalogs-title">Catalogs</h3>
            ${(catalogs.items ?? []).length ? html`<ul class="catalogs">${repeat(catalogs.items, (one) => one.catalog_id, catalog)}</ul>` : nothing}
            ${instead(catalogs, "No catalog has been imported yet.")}
            ${pager(catalogs, "Catalogs")}
            ${drop()}
        </section>
    </section>`;
}

function searching() {
    return html`<section id="files" class="card flush" aria-labelledby="files-title">
        <form class="tools inside" role="search" @submit=${look}>
            <h3 id="files-title">Files</h3>
            ${within ? html`<span class="within">in <b dir="auto">${within.name ?? within.id}</b>
                <button type="button" class="bare" aria-label="Search in all catalogs" @click=${everywhere}>×</button></span>` : nothing}
            <input name="search" type="search" aria-label="Part of a URL, a name or a dataset" placeholder="URL, name or dataset" maxlength="512">
            <select name="status" aria-label="Status"><option value="">any status</option>
                ${STATUSES.map((status) => html`<option value=${status}>${standing(status)}</option>`)}</select>
            <button type="submit">Search</button>
        </form>
        ${sought ? results() : html`<p class="empty">Search for a file by its URL, its name or its dataset; without a word, the newest are shown.</p>`}
    </section>`;
}

function results() {
    const rows = found.items ?? [];
    const partly = found.items && found.next && rows.length < found.limit;
    return html`<div role="region" aria-label="Files found">
        ${rows.length ? html`<table class="rows files"><thead><tr><th>File</th><th>Dataset</th><th>Size</th><th>Copies</th><th>Priority</th><th>Status</th></tr></thead>
            <tbody>${repeat(rows, (task) => task.task_id, (task) => html`<tr>
                <th scope="row" data-label="File">${taskLink(task)}<small class="url" dir="ltr">${task.dataset_url}</small></th>
                <td data-label="Dataset" class="wide"><span class="dataset">${foreign(task.dataset ?? NONE)}</span><small>${foreign(task.organization ?? "")}</small></td>
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
    seek({ search: form.get("search").trim(), status: form.get("status") });
}

function seek(what) {
    sought = what;
    found.items = null;
    found.ask({ ...sought, catalog: within?.id });
    changed();
}

/** Shows the files that a catalog gave. */
export async function filesOf(id) {
    if (within?.id === id) {
        return;
    }
    within = { id };
    document.querySelector("form[role=search]")?.reset();
    seek({});
    try {
        const { name } = await get(`/catalogs/${segment(id)}`);
        if (within?.id === id) {
            within = { id, name };
            changed();
        }
    } catch {
        // Its id stands there instead; what became of its files is told beneath.
    }
}

function everywhere() {
    within = null;
    // The address no longer says what is shown.
    history.replaceState(null, "", "#/overview/contents");
    seek(sought);
}

function catalog(one) {
    const importing = one.status === "importing";
    const failed = one.status === "failed";
    const share = one.file_bytes ? one.bytes_read / one.file_bytes : 0;
    // A file that was not recognised has no format.
    const kind = [one.format === "auto" ? null : one.format, one.datasets ? counted(one.datasets, "dataset") : null].filter(Boolean).join(" · ");
    return html`<li>
        <div class="group"><div><b>${catalogLink(one.catalog_id, one.name)}</b> <small class="inline">${kind}</small>
            ${pill(one.status)}</div><small title=${time(one.finished_at ?? one.started_at)}>${importing
                ? `for ${duration((now() - Date.parse(one.started_at)) / 1000)}`
                : time(one.finished_at)}</small></div>
        ${importing ? html`<div class="group">${bar(share, percent(one.bytes_read, one.file_bytes))}<small>${percent(one.bytes_read, one.file_bytes)} of ${bytes(one.file_bytes)}</small></div>` : nothing}
        ${failed ? whyFailed(one) : nothing}
        ${failed && !one.read ? nothing : html`<p class="counts">${became(one)}</p>`}
    </li>`;
}

/** What happened, what came of it, and what to do. */
function whyFailed(one) {
    return html`<p class="alarm">The import failed: ${one.error}.</p>${one.read === one.rejected
        ? html`<div class="group"><p class="counts">Nothing was taken from this file. Import the right one under the name “${foreign(one.name)}”, or remove this one.</p>
            ${action("Remove", () => forget(one), { about: one.name })}</div>`
        : html`<p class="counts">What came before that is kept. Get the file again and import it under the name “${foreign(one.name)}”; nothing is doubled.</p>`}`;
}

function became(one) {
    const counts = [
        [one.added, "added"], [one.updated, "updated"], [one.unchanged, "unchanged"], [one.duplicates, one.duplicates === 1 ? "duplicate" : "duplicates"],
        [one.repaired, "with a repaired URL"], [one.gone, "listed no more"],
    ].filter(([n]) => n).map(([n, what]) => `${count(n)} ${what}`).join(", ") || "none of use";
    return html`${counted(one.read, "record")}: ${counts}${one.rejected
        ? html`, <a href="/catalogs/${one.catalog_id}/rejected" download="${one.name}-rejected.jsonl">${count(one.rejected)} rejected</a>` : nothing}`;
}

async function forget(one) {
    await operate(() => remove(`/catalogs/${segment(one.catalog_id)}`), html`${foreign(one.name)} is removed from the list.`);
    await catalogs.load();
}
