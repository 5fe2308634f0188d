// Pieces that several sections are made of.

import { html, nothing } from "./lit.js";
import { count, NONE, standing, taskName } from "./format.js";

/** A status in words; its colour only says it again. */
export function pill(status) {
    return html`<span class="pill" data-status=${status}>${standing(status)}</span>`;
}

/** A share of a whole, 0 to 1, as a bar; the figures beside it say the same. */
export function bar(share, label, tone = "") {
    const filled = Math.max(0, Math.min(1, share || 0)) * 100;
    return html`<svg class="bar ${tone}" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label=${label}>
        <rect class="rest" width="100" height="4"></rect><rect class="done" width=${filled} height="4"></rect></svg>`;
}

export function pager(list, what) {
    if (!list.items || (list.page === 1 && !list.next)) {
        return nothing;
    }
    const first = (list.page - 1) * list.limit + 1;
    const shown = list.items.length
        ? `${what} ${count(first)} to ${count(first + list.items.length - 1)}`
        : `No more ${what.toLowerCase()}`;
    return html`<div class="pager">
        <span>${shown}</span>
        <button class="quiet" ?disabled=${list.page === 1 || list.busy} @click=${() => list.back()}>Previous</button>
        <button class="quiet" ?disabled=${!list.next || list.busy} @click=${() => list.forward()}>Next</button>
    </div>`;
}

/** What a list shows where it has no rows: that it is on its way, that it could not be had, or what an empty one means. */
export function instead(list, empty) {
    if (list.failure) {
        return html`<p class="empty" role="alert">${list.failure} <button class="quiet" @click=${() => list.load()}>Try again</button></p>`;
    }
    if (!list.items) {
        return html`<p class="empty">Loading…</p>`;
    }
    return list.items.length ? nothing : html`<p class="empty">${empty}</p>`;
}

/** What strangers called something, in the midst of our words: whatever direction it is written in, these stay in order. */
export function foreign(name) {
    return html`<bdi>${name}</bdi>`;
}

/** Those that are given, side by side. */
export function foreignList(names) {
    return names.filter(Boolean).map((name, i) => html`${i ? " · " : nothing}${foreign(name)}`);
}

/** A button that does something to the service. */
export function action(label, does, { about = "", tone = "quiet", disabled = false } = {}) {
    return html`<button class=${tone} ?disabled=${disabled} aria-label=${about ? `${label}: ${about}` : nothing} @click=${does}>${label}</button>`;
}

export function taskLink(task) {
    return html`<a class="task" dir="auto" href="#/tasks/${task.task_id}">${taskName(task)}</a>`;
}

/** Leads to the files that a catalog gave. */
export function catalogLink(id, name) {
    return html`<a dir="auto" href="#/catalogs/${id}">${name}</a>`;
}

export function fact(term, value, note) {
    return html`<div><dt>${term}</dt><dd>${value ?? NONE}${note ? html`<small>${note}</small>` : nothing}</dd></div>`;
}
