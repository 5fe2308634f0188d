"use strict";

// Shows whatever /stats tells: plain values as numbers, objects and lists as tables.

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
        return JSON.stringify(value);
    }
    return String(value);
}

function isPlain(value) {
    return value === null || typeof value !== "object";
}

function cell(kind, value, keys) {
    return element(kind, shown(value, keys), typeof value === "number" ? "amount" : "");
}

function table(key, value) {
    const rows = Array.isArray(value) ? value.map((row) => ["", row]) : Object.entries(value);
    const few = rows.slice(0, MOST_ROWS);
    const named = !Array.isArray(value);
    const made = element("table");
    const body = element("tbody");
    const columns = [...new Set(few.flatMap(([, row]) => (isPlain(row) ? [] : Object.keys(row))))];
    if (columns.length > 0) {
        const head = element("tr");
        if (named) {
            head.append(element("th", ""));
        }
        for (const column of columns) {
            const amount = few.some(([, row]) => !isPlain(row) && typeof row[column] === "number");
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
    const scroll = element("div", undefined, "scroll");
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
    page.replaceChildren(cards, sections);
}

async function refresh() {
    if (!document.hidden) {
        try {
            const answer = await fetch("/stats", { headers: { Accept: "application/json" }, signal: AbortSignal.timeout(10000) });
            if (!answer.ok) {
                throw new Error(`the dispatcher answers ${answer.status}`);
            }
            render(await answer.json());
            state.textContent = "Live · " + new Date().toLocaleTimeString();
            state.className = "";
        } catch (failure) {
            state.textContent = "No fresh numbers: " + failure.message;
            state.className = "away";
        }
    }
    setTimeout(refresh, PERIOD);
}

refresh();
