// What the page knows, and one way to show it anew: whatever changes says so, and the page is drawn once a frame.

import { ahead, get } from "./api.js";

export const state = {
    /** live, connecting, or away with the reason. */
    connection: { is: "connecting" },
    stats: null,
    who: null,
    route: { page: "overview" },
};

let draw = () => {};
let asked = false;

export function onChange(drawing) {
    draw = drawing;
}

export function changed() {
    if (!asked) {
        asked = true;
        requestAnimationFrame(() => {
            asked = false;
            draw();
        });
    }
}

/** What the dispatcher's clock shows, in ms. */
export function now() {
    return Date.now() + ahead;
}

export function isOperator() {
    return state.who !== null && (!state.who.secured || state.who.role === "operator");
}

/**
 * A list of the HTTP interface, one page at a time: what is shown is never more than that. While somebody points at the element `held` or is
 * in it by keyboard, its rows stay where they are, so that nobody hits another row than the one that was meant.
 */
export class List {
    constructor(path, limit, parameters = {}, { key = null, held = null } = {}) {
        this.key = key;
        this.held = held;
        this.path = path;
        this.limit = limit;
        this.parameters = parameters;
        this.items = null;
        this.next = null;
        this.failure = null;
        this.busy = false;
        /** The cursors of this page and those before it. */
        this.cursors = [null];
        this.asking = 0;
    }

    get page() {
        return this.cursors.length;
    }

    /** Reads the page that is shown anew. */
    refresh() {
        return this.load(this.held !== null && document.getElementById(this.held)?.matches(":hover, :focus-within"));
    }

    async load(inPlace = false) {
        const asking = ++this.asking;
        this.busy = true;
        try {
            const page = await get(this.path, { ...this.parameters, limit: this.limit, cursor: this.cursors.at(-1) });
            if (asking === this.asking) {
                this.items = inPlace && this.items ? this.renewed(page.items) : page.items;
                this.next = page.next_cursor ?? null;
                this.failure = null;
            }
        } catch (failure) {
            if (asking === this.asking) {
                this.failure = failure.message;
            }
        } finally {
            if (asking === this.asking) {
                this.busy = false;
            }
            changed();
        }
    }

    /** The rows that are there, in their order, as they are now. */
    renewed(items) {
        const now = new Map(items.map((item) => [this.key(item), item]));
        return this.items.map((item) => now.get(this.key(item)) ?? item);
    }

    /** Begins anew with other parameters. */
    ask(parameters) {
        this.parameters = parameters;
        this.cursors = [null];
        return this.load();
    }

    forward() {
        this.cursors.push(this.next);
        return this.load();
    }

    back() {
        this.cursors.pop();
        return this.load();
    }
}

/**
 * Does something again and again while somebody looks at that page, at once when he looks again, and within a second when a figure
 * of the stream that it hangs on has changed. What takes the dispatcher long is asked for less often.
 */
export function repeatedly(seconds, work, { page = "overview", follows = () => null } = {}) {
    let next = 0;
    let soonest = 0;
    let seen = null;
    let busy = false;
    const tick = async () => {
        const figure = state.stats && follows(state.stats);
        if (document.hidden || busy || state.route.page !== page || Date.now() < (figure === seen ? next : soonest)) {
            return;
        }
        busy = true;
        seen = figure;
        const start = Date.now();
        try {
            await work();
        } finally {
            busy = false;
            const rest = 10 * (Date.now() - start);
            next = start + Math.max(1000 * seconds, rest) - 50;
            soonest = start + Math.max(1000, rest) - 50;
        }
    };
    tick();
    setInterval(tick, 1000);
    document.addEventListener("visibilitychange", tick);
    addEventListener("hashchange", tick);
}
