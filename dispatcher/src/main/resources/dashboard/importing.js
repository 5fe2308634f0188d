// Importing catalogs: their files are dropped on the page or chosen, and sent one after the other.

import { html, nothing } from "./lit.js";
import { get, upload } from "./api.js";
import { named, operate } from "./dialogs.js";
import { bytes, duration, percent } from "./format.js";
import { action, bar } from "./parts.js";
import { changed } from "./state.js";

/** So long after it was called off, in ms, a file that had arrived whole all the same is stored, and its import has begun. */
const SETTLED = 2_000;

/** Before that nobody knows how fast it goes, in ms. */
const FIRST_GUESS = 2_000;

let over = false;
/** Files that are to be sent yet, while one is. */
const waiting = [];
let busy = false;
/** What is being sent: its name, size and bytes sent, since when, and what calls it off. */
let sending = null;
let sent = () => {};

/** What is to be done after files have been sent. */
export function whenSent(does) {
    sent = does;
}

// A file that misses the place for it must not take the page away.
for (const event of ["dragover", "drop"]) {
    addEventListener(event, (missed) => missed.preventDefault());
}

export function drop() {
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
        ${sending ? progress(sending) : html`
            <span>Drop a catalog here: DCAT-US, CKAN, a table with a column <code>url</code>, JSON lines; plain or gzip.</span>
            <label class="file">Choose a file<input type="file" class="unseen" multiple @change=${(event) => {
                bring([...event.target.files]);
                event.target.value = "";
            }}></label>`}
    </div>`;
}

function progress({ name, size, done, since, call }) {
    if (call.signal.aborted) {
        return html`<span role="status">${name} is called off. Asking the dispatcher what had arrived…</span>`;
    }
    const share = size ? done / size : 1;
    // A dispatcher that has all of it imports it, whatever becomes of the call.
    const all = share >= 1;
    return html`<div class="sending">
        <span role="status">Sending ${name}</span>
        ${bar(share, `${percent(done, size)} sent`)}
        <small>${all ? "All is sent; the dispatcher looks at it." : `${bytes(done)} of ${bytes(size)}${left(size, done, since)}`}</small>
    </div>${all ? nothing : action("Cancel", () => call.abort(), { about: `sending ${name}` })}`;
}

function left(size, done, since) {
    const took = Date.now() - since;
    return took < FIRST_GUESS || !done ? "" : `, ${duration((took * (size - done)) / done / 1000)} left`;
}

async function bring(files) {
    waiting.push(...files);
    if (busy) {
        return;
    }
    busy = true;
    while (waiting.length) {
        const file = waiting.shift();
        await operate(() => send(file), (told) => told);
    }
    busy = false;
    sent();
}

/** Tells what came of it; null when nothing was sent. */
async function send(file) {
    const before = await catalogsByName();
    const name = await nameOf(file, before);
    if (!name) {
        return null;
    }
    const call = new AbortController();
    sending = { name: file.name, size: file.size, done: 0, since: Date.now(), call };
    changed();
    addEventListener("beforeunload", stay);
    try {
        await upload("/catalogs", { name }, file, {
            told: (done) => {
                sending.done = done;
                changed();
            },
            signal: call.signal,
        });
        return `${file.name} is being imported as “${name}”.`;
    } catch (failure) {
        if (call.signal.aborted) {
            changed();
            return await calledOff(file, name, before.get(name));
        }
        throw failure;
    } finally {
        removeEventListener("beforeunload", stay);
        sending = null;
        changed();
    }
}

/**
 * Tells what became of a file that was called off: it may have arrived whole a moment before, which the dispatcher alone knows.
 *
 * @param before the catalog of this name as it was before; undefined when there was none
 */
async function calledOff(file, name, before) {
    await new Promise((settled) => setTimeout(settled, SETTLED));
    let one;
    try {
        one = (await catalogsByName()).get(name);
    } catch {
        return `${file.name} was called off. Whether all of it had arrived by then is not known, for the dispatcher cannot be asked; if it had, the catalog “${name}” is in the list below.`;
    }
    const arrived = one && one.started_at !== before?.started_at && one.file_bytes === file.size;
    return arrived
        ? `${file.name} had arrived whole before it was called off: it is imported as “${name}”.`
        : `${file.name} was not sent to its end, and no import of it has begun.`;
}

/** Whoever closes the page while a file is sent is asked first. */
function stay(event) {
    event.preventDefault();
}

async function catalogsByName() {
    const { items } = await get("/catalogs", { limit: 1000 });
    return new Map(items.map((one) => [one.name, one]));
}

/** Every agency calls its catalog data.json, and a catalog of the same name is the next version of that one: so this is asked. */
function nameOf(file, known) {
    return named(`Import ${file.name}`, "Name of the catalog", file.name, (name) => known.has(name)
        ? "A catalog of this name is there already. This becomes its next version: what it lists no more is marked as gone."
        : "Its next version comes under the same name.");
}
