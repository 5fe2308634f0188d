// Puts the page together: the stream, the route, and the sections in the order in which they are asked for.

import { html, nothing, render } from "./lit.js";
import { whoAmI } from "./api.js";
import { askForKey, forgetKey, notices } from "./dialogs.js";
import { clockTime } from "./format.js";
import { changed, isOperator, onChange, state } from "./state.js";
import * as contents from "./contents.js";
import * as nodes from "./nodes.js";
import * as progress from "./progress.js";
import { savings } from "./savings.js";
import * as task from "./task.js";
import * as trouble from "./trouble.js";

const SECTIONS = [
    ["progress", "Progress"],
    ["nodes", "Nodes"],
    ["trouble", "Trouble"],
    ["contents", "Contents"],
    ["savings", "Savings"],
];
/** Statistics come every second, also while nothing happens; without any for so long, the stream is dead. */
const SILENCE = 15_000;
const COME_AGAIN = 3_000;

const page = document.getElementById("page");
let heard = Date.now();
/** The section to be shown once it is there. */
let wanted = null;

function connect() {
    const stream = new EventSource("/stream?only=stats&only=database");
    let over = false;
    const end = (why) => {
        if (over) {
            return;
        }
        over = true;
        stream.close();
        clearInterval(watch);
        state.connection = { is: "away", why };
        changed();
        setTimeout(connect, COME_AGAIN);
    };
    heard = Date.now();
    const watch = setInterval(() => Date.now() - heard > SILENCE && end("Dispatcher silent"), 1000);
    stream.addEventListener("stats", (event) => {
        heard = Date.now();
        state.stats = JSON.parse(event.data);
        state.connection = { is: "live" };
        changed();
    });
    stream.addEventListener("database", (event) => {
        heard = Date.now();
        const { status, since } = JSON.parse(event.data);
        if (status === "away") {
            state.connection = { is: "away", why: `Database away since ${clockTime(since)}` };
            changed();
        }
    });
    stream.addEventListener("error", () => end("Connection lost"));
}

async function askWho() {
    try {
        state.who = await whoAmI();
    } catch {
        // A key that is known no more: without it the page still shows everything.
        forgetKey();
        try {
            state.who = await whoAmI();
        } catch {
            setTimeout(askWho, COME_AGAIN);
        }
    }
    changed();
}

/** Whoever wrote the address may have left a percent sign as it was. */
function decoded(text) {
    try {
        return decodeURIComponent(text);
    } catch {
        return text;
    }
}

function follow() {
    const [, name, id] = location.hash.split("/");
    if (name === "tasks" && id) {
        state.route = { page: "task", task: decoded(id) };
        task.open(state.route.task);
        draw();
        scrollTo(0, 0);
        document.querySelector("main").focus();
    } else {
        state.route = { page: "overview" };
        if (name === "catalogs" && id) {
            contents.filesOf(decoded(id));
        }
        draw();
        show(name === "catalogs" ? "contents" : id);
    }
}

/** Also when the address does not change: whoever has scrolled away wants to come back. */
function show(section) {
    wanted = section;
    showWanted();
}

function showWanted() {
    const section = wanted && document.getElementById(wanted);
    if (section) {
        section.scrollIntoView();
        // Who comes by keyboard goes on from there.
        document.getElementById(`${wanted}-title`)?.focus({ preventScroll: true });
        wanted = null;
    }
}

function draw() {
    render(whole(), page);
    progress.mounted();
    showWanted();
    document.title = [task.title(), state.stats && progress.share(), "Climate data rescue"].filter(Boolean).join(" · ");
}

function whole() {
    return html`<header>
            <a class="brand" href="#/overview"><img src="/dashboard/icon.svg" alt="" width="28" height="28"><h1>Climate data rescue</h1></a>
            <nav aria-label="Sections">${SECTIONS.map(([id, name]) => html`<a href="#/overview/${id}" @click=${() => show(id)}>${name}</a>`)}</nav>
            <p id="connection" role="status" class=${state.connection.is}>${connection()}</p>
            ${who()}
        </header>
        <main tabindex="-1">${state.route.page === "task" ? task.taskPage() : overview()}</main>
        <footer><p><a href="/docs">API</a> <a href="/manifest?format=csv">Manifest (CSV)</a> <a href="/stats">Figures (JSON)</a>
            ${state.who ? html`<span>dispatcher ${state.who.instance_id}</span>` : nothing}</p></footer>
        ${notices()}`;
}

function overview() {
    if (!state.stats) {
        return html`<p class="card empty">Waiting for the first figures…</p>`;
    }
    return html`${progress.progress()}${nodes.nodes()}${trouble.trouble()}${contents.contents()}${savings()}`;
}

function connection() {
    const { is, why } = state.connection;
    if (is === "live") {
        return "Live";
    }
    if (is === "connecting") {
        return "Connecting…";
    }
    return `${why}, trying again${state.stats ? ` · figures of ${clockTime(state.stats.at)}` : ""}`;
}

function who() {
    if (!state.who?.secured) {
        return nothing;
    }
    return isOperator()
        ? html`<button class="quiet who" @click=${forgetKey}>Forget the operator key</button>`
        : html`<button class="quiet who" @click=${askForKey}>Enter the operator key</button>`;
}

page.replaceChildren();
onChange(draw);
addEventListener("hashchange", follow);
follow();
connect();
askWho();
for (const part of [progress, nodes, trouble, contents, task]) {
    part.start();
}
