// Figures and times in words. Everything that people read goes through here, so that one thing is written one way.

const LOCALE = "en";
const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const fine = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 3 });
const moment = new Intl.DateTimeFormat(LOCALE, { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" });
const clock = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const second = new Intl.DateTimeFormat(LOCALE, { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(LOCALE, { weekday: "short", month: "short", day: "numeric" });
const DAY = 86400;

export const NONE = "–";

export function count(n) {
    return n === undefined || n === null ? NONE : whole.format(n);
}

/** "1 file", "2 files"; others than those that end in s say so. */
export function counted(n, one, many = one + "s") {
    return `${count(n)} ${n === 1 ? one : many}`;
}

/** Decimal units, three significant digits: 1.23 GB. */
export function bytes(n) {
    if (n === undefined || n === null) {
        return NONE;
    }
    const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let unit = 0;
    // 999.5 would be written as 1,000.
    while (n >= 999.5 && unit < units.length - 1) {
        n /= 1000;
        unit++;
    }
    return `${fine.format(n)} ${units[unit]}`;
}

export function rate(bytesPerSecond) {
    return `${bytes(bytesPerSecond)}/s`;
}

export function percent(part, all) {
    if (!all) {
        return "0 %";
    }
    const share = (100 * part) / all;
    // Nothing is done before all of it is, and something is not nothing.
    if (share > 99 && share < 100) {
        return "99 %";
    }
    return share > 0 && share < 1 ? "< 1 %" : `${whole.format(share)} %`;
}

/** A length of time in its two largest units. */
export function duration(seconds) {
    if (seconds === undefined || seconds === null) {
        return NONE;
    }
    const s = Math.max(0, Math.round(seconds));
    if (s < 60) {
        return `${s} s`;
    }
    if (s < 3600) {
        return s < 600 ? `${Math.floor(s / 60)} min ${s % 60} s` : `${Math.round(s / 60)} min`;
    }
    if (s < 2 * DAY) {
        return `${Math.floor(s / 3600)} h ${Math.floor((s % 3600) / 60)} min`;
    }
    const days = s / DAY;
    return days < 1000 ? `${whole.format(days)} days` : `${whole.format(days / 365)} years`;
}

/** How long ago something was by the dispatcher's clock; a clock that differs a little never gives a negative age. */
export function ago(time, now) {
    return time ? duration((now - Date.parse(time)) / 1000) : NONE;
}

export function time(iso) {
    return iso ? moment.format(new Date(iso)) : NONE;
}

/** A moment of today, or of a night ago. */
export function clockTime(iso) {
    return second.format(new Date(iso));
}

/** When something will be: the hour, and the day if it is not within a day. */
export function due(seconds, now) {
    const at = new Date(now + seconds * 1000);
    return seconds < DAY ? `about ${clock.format(at)}` : seconds < 300 * DAY ? day.format(at) : at.getFullYear().toString();
}

/** A time beneath the curve, in s: the hour, and the day where a day begins or days are all that is told. */
export function tick(at, step) {
    if (step < 60) {
        return second.format(at * 1000);
    }
    const hour = clock.format(at * 1000);
    return step >= DAY || hour === "00:00" ? day.format(at * 1000) : hour;
}

/** A word of the interface as people read it: dynamic_page is "dynamic page". */
export function word(wire) {
    return wire.replaceAll("_", " ");
}

/** Tasks stand on this page as they do in its figures: "safe" and "rescued" in one place would be taken for two things. */
const STANDINGS = { pending: "waiting", assigned: "downloading", rescued: "safe" };

/** A status as people read it. */
export function standing(status) {
    return STANDINGS[status] ?? word(status);
}

/** What a node said of an error, with the origin's status unless the words have it already. */
export function errorWords({ http_status: status, detail }) {
    return [detail?.includes(String(status)) ? null : status, detail].filter(Boolean).join(" ");
}

/** What people would call the file of a task. */
export function taskName({ name, dataset_url: url }) {
    return name ?? fileName(url);
}

/** The last part of a URL's path: what people would call the file. */
function fileName(url) {
    try {
        const parts = new URL(url).pathname.split("/").filter(Boolean);
        return parts.length ? decodeURIComponent(parts.at(-1)) : url;
    } catch {
        return url;
    }
}
