"use strict";

// Shows whatever /stats tells: plain values as numbers, objects and lists as tables. What lies deeper inside a row becomes
// further columns.

const PERIOD = 1000;
const MOST_ROWS = 50;
const numbers = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

const page = document.getElementById("stats");
const state = document.getElementById("state");

function element(name, text, className) {
    const made = document.createElement(name);
    if (text !== undefined) {
        made.textContent = text;
    }
    if (className) {
        made.className = className;
    }
    return made;
}

// Only our own words are made pretty; a host's name stays as it is.
function title(key) {
    if (!/^[a-z][a-z0-9_]*$/.test(key)) {
        return key;
    }
    const words = key.replace(/_(bytes|seconds)$/, "").replaceAll("_", " ");
    return words.charAt(0).toUpperCase() + words.slice(1);
}

function bytes(amount) {
    const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let unit = 0;
    while (amount >= 1000 && unit < units.length - 1) {
        amount /= 1000;
        unit++;
    }
    return numbers.format(amount) + " " + units[unit];
}

function duration(seconds) {
    if (seconds < 60) {
        return numbers.format(seconds) + " s";
    }
    const minutes = Math.round(seconds / 60);
    if (minutes < 60) {
        return minutes + " min";
    }
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function shown(value, keys) {
    if (value === null || value === undefined) {
        return "–";
    }
    if (typeof value === "number") {
        if (keys.some((key) => /(^|_)bytes(_|$)/.test(key))) {
            return bytes(value) + (keys.some((key) => key.includes("per_second")) ? "/s" : "");
        }
        return keys.some((key) => /_seconds$/.test(key)) ? duration(value) : numbers.format(value);
    }
    if (typeof value === "object") {
        return "count" in value ? shown(value.count, ["count"]) : JSON.stringify(value);
    }
    return /^\d{4}-\d\d-\d\dT/.test(value) ? new Date(value).toLocaleString() : String(value);
}

// {host, tasks: {pending: {count, bytes}}} is {host, pending: {count, bytes}}: a count is one cell, other objects are columns.
function spread(row) {
    const flat = {};
    for (const [key, value] of Object.entries(row)) {
        if (isPlain(value) || Array.isArray(value) || "count" in value) {
            flat[key] = value;
        } else {
            Object.assign(flat, spread(value));
        }
    }
    return flat;
}

function isAmount(value) {
    return typeof value === "number" || (!isPlain(value) && "count" in value);
}

function isPlain(value) {
    return value === null || typeof value !== "object";
}

function cell(kind, value, keys) {
    const made = element(kind, shown(value, keys), isAmount(value) ? "amount" : "");
    if (!isPlain(value) && "bytes" in value) {
        made.title = bytes(value.bytes);
    }
    return made;
}

function table(key, value) {
    const named = !Array.isArray(value);
    const rows = named ? Object.entries(value) : value.map((row) => ["", row]);
    const few = rows.slice(0, MOST_ROWS).map(([name, row]) => [name, isPlain(row) ? row : spread(row)]);
    const made = element("table");
    const body = element("tbody");
    const columns = [...new Set(few.flatMap(([, row]) => (isPlain(row) ? [] : Object.keys(row))))];
    if (columns.length > 0) {
        const head = element("tr");
        if (named) {
            head.append(element("th", ""));
        }
        for (const column of columns) {
            const amount = few.some(([, row]) => !isPlain(row) && isAmount(row[column]));
            head.append(element("th", title(column), amount ? "amount" : ""));
        }
        made.append(element("thead"));
        made.tHead.append(head);
    }
    for (const [name, row] of few) {
        const line = element("tr");
        if (named) {
            line.append(element("th", title(name)));
        }
        if (isPlain(row)) {
            line.append(cell("td", row, [key, name]));
        } else {
            columns.forEach((column) => line.append(cell("td", row[column], [key, column])));
        }
        body.append(line);
    }
    made.append(body);
    const scroll = element("div", undefined, columns.length > 4 ? "scroll wide" : "scroll");
    scroll.append(made);
    if (rows.length > few.length) {
        scroll.append(element("p", `and ${numbers.format(rows.length - few.length)} more`, "empty"));
    }
    return scroll;
}

function render(stats) {
    const cards = element("div", undefined, "numbers");
    const sections = element("div", undefined, "sections");
    for (const [key, value] of Object.entries(stats)) {
        if (key === "at") {
            continue;
        }
        if (isPlain(value)) {
            const card = element("div", undefined, "number");
            card.append(element("span", title(key)), element("strong", shown(value, [key])));
            cards.append(card);
        } else {
            const section = element("section");
            section.append(element("h2", title(key)));
            const empty = Object.keys(value).length === 0;
            section.append(empty ? element("p", "Nothing yet", "empty") : table(key, value));
            sections.append(section);
        }
    }
    page.replaceChildren(...[cards, sections].filter((part) => part.hasChildNodes()));
}

async function refresh() {
    if (!document.hidden) {
        try {
            const answer = await fetch("/stats", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000) });
            if (!answer.ok) {
                throw new Error(`the dispatcher answers ${answer.status}`);
            }
            const stats = await answer.json();
            render(stats);
            state.textContent = "Live · " + new Date(stats.at ?? Date.now()).toLocaleTimeString();
            state.className = "";
        } catch (failure) {
            state.textContent = "No fresh numbers: " + failure.message;
            state.className = "away";
        }
    }
    setTimeout(refresh, PERIOD);
}

refresh();
