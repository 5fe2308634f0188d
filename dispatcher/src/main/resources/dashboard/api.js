// Calls of the HTTP interface. The operator's key lives in sessionStorage alone: it goes with the tab.

const KEY = "operator-key";

/** What the dispatcher's clock is ahead of this machine's, in ms; its answers say so to the second. */
export let ahead = 0;

function compareClocks(date) {
    const difference = Date.parse(date) - Date.now();
    ahead = Math.abs(difference) > 3000 ? difference : 0;
}

export function key() {
    return sessionStorage.getItem(KEY);
}

export function keepKey(value) {
    if (value) {
        sessionStorage.setItem(KEY, value);
    } else {
        sessionStorage.removeItem(KEY);
    }
}

/** What the dispatcher refused, in its own words. */
export class Refused extends Error {
    constructor(status, problem) {
        super(problem.detail || problem.title || `The dispatcher answered ${status}.`);
        this.status = status;
        this.code = problem.code;
    }
}

function path(name, parameters) {
    const query = new URLSearchParams();
    for (const [parameter, value] of Object.entries(parameters ?? {})) {
        for (const one of Array.isArray(value) ? value : [value]) {
            if (one !== undefined && one !== null && one !== "") {
                query.append(parameter, one);
            }
        }
    }
    return query.size ? `${name}?${query}` : name;
}

async function call(method, name, { parameters, body, json, as = key(), patience = 60_000 } = {}) {
    const headers = { Accept: "application/json" };
    if (as) {
        headers.Authorization = `Bearer ${as}`;
    }
    if (json !== undefined) {
        headers["Content-Type"] = "application/json";
    }
    let answer;
    try {
        answer = await fetch(path(name, parameters), {
            method,
            headers,
            body: json === undefined ? body : JSON.stringify(json),
            signal: patience ? AbortSignal.timeout(patience) : undefined,
        });
    } catch (failure) {
        throw new Error(
            failure.name === "TimeoutError" ? "The dispatcher takes too long to answer." : "The dispatcher cannot be reached.",
            { cause: failure },
        );
    }
    compareClocks(answer.headers.get("Date"));
    const text = await answer.text();
    let content = {};
    try {
        content = text ? JSON.parse(text) : {};
    } catch (broken) {
        if (answer.ok) {
            throw new Error("The dispatcher's answer cannot be read.", { cause: broken });
        }
    }
    if (!answer.ok) {
        throw new Refused(answer.status, content);
    }
    return content;
}

export const get = (name, parameters) => call("GET", name, { parameters });
export const post = (name, parameters, json) => call("POST", name, { parameters, json });
export const patch = (name, json) => call("PATCH", name, { json });
export const whoAmI = (as) => call("GET", "/whoami", { as });

/** A catalog may be large: it takes as long as it takes. */
export const upload = (name, parameters, file) => call("POST", name, { parameters, body: file, patience: 0 });

export const segment = encodeURIComponent;
