// Calls of the HTTP interface. The operator's key lives in sessionStorage alone: it goes with the tab.

const KEY = "operator-key";

/** So long a call may take, in ms. */
const PATIENCE = 60_000;

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

function headersFor(as) {
    return { Accept: "application/json", ...(as ? { Authorization: `Bearer ${as}` } : {}) };
}

/** What an answer says; fails when it is a refusal. */
function read(status, text) {
    const ok = status >= 200 && status < 300;
    let content = {};
    try {
        content = text ? JSON.parse(text) : {};
    } catch (broken) {
        if (ok) {
            throw new Error("The dispatcher's answer cannot be read.", { cause: broken });
        }
    }
    if (!ok) {
        throw new Refused(status, content);
    }
    return content;
}

async function call(method, name, { parameters, json, as = key() } = {}) {
    const headers = headersFor(as);
    if (json !== undefined) {
        headers["Content-Type"] = "application/json";
    }
    let answer;
    try {
        answer = await fetch(path(name, parameters), {
            method,
            headers,
            body: json === undefined ? undefined : JSON.stringify(json),
            signal: AbortSignal.timeout(PATIENCE),
        });
    } catch (failure) {
        throw new Error(
            failure.name === "TimeoutError" ? "The dispatcher takes too long to answer." : "The dispatcher cannot be reached.",
            { cause: failure },
        );
    }
    compareClocks(answer.headers.get("Date"));
    return read(answer.status, await answer.text());
}

export const get = (name, parameters) => call("GET", name, { parameters });
export const post = (name, parameters, json) => call("POST", name, { parameters, json });
export const remove = (name) => call("DELETE", name);
export const patch = (name, json) => call("PATCH", name, { json });
export const whoAmI = (as) => call("GET", "/whoami", { as });

/**
 * Sends a file, for as long as it takes. Not by fetch, which does not tell how much has gone out.
 *
 * @param told is given the bytes that have been sent, now and then
 * @param signal ends it
 */
export function upload(name, parameters, file, { told, signal }) {
    return new Promise((resolve, reject) => {
        const request = new XMLHttpRequest();
        request.open("POST", path(name, parameters));
        for (const [header, value] of Object.entries(headersFor(key()))) {
            request.setRequestHeader(header, value);
        }
        request.upload.addEventListener("progress", (event) => told(event.loaded));
        request.addEventListener("load", () => {
            try {
                resolve(read(request.status, request.responseText));
            } catch (failure) {
                reject(failure);
            }
        });
        request.addEventListener("error", () =>
            reject(new Error(`${file.name} did not arrive: the connection broke, or the file can no longer be read. Send it again.`)),
        );
        request.addEventListener("abort", () => reject(signal.reason));
        signal.addEventListener("abort", () => request.abort());
        request.send(file);
    });
}

export const segment = encodeURIComponent;
