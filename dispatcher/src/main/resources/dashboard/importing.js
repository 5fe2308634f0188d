// Importing catalogs: their files are dropped on the page or chosen, and sent one after the other.

import { html, nothing } from "./lit.js";
import { get, upload } from "./api.js";
import { named, operate } from "./dialogs.js";
import { bytes, duration, percent } from "./format.js";
import { action, bar } from "./parts.js";
import { changed } from "./state.js";

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
    const name = await nameOf(file);
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
            return `${file.name} was not sent to its end; nothing of it is imported.`;
        }
        throw failure;
    } finally {
        removeEventListener("beforeunload", stay);
        sending = null;
        changed();
    }
}

/** Whoever closes the page while a file is sent is asked first. */
function stay(event) {
    event.preventDefault();
}

/** Every agency calls its catalog data.json, and a catalog of the same name is the next version of that one: so this is asked. */
async function nameOf(file) {
    const { items } = await get("/catalogs", { limit: 1000 });
    const known = new Set(items.map((one) => one.name));
    return named(`Import ${file.name}`, "Name of the catalog", file.name, (name) => known.has(name)
        ? "A catalog of this name is there already. This becomes its next version: what it lists no more is marked as gone."
        : "Its next version comes under the same name.");
}
