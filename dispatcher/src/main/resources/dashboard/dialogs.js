// Asking before something that cannot be undone, asking for the operator's key, and saying what came of it.

import { html, nothing, render } from "./lit.js";
import { keepKey, Refused, whoAmI } from "./api.js";
import { changed, isOperator, state } from "./state.js";

let notice = null;
let fading = 0;

export function notices() {
    return html`<div id="notice" role="status" aria-live=${notice?.tone === "wrong" ? "assertive" : "polite"} class=${notice ? notice.tone : ""}>${
        notice
            ? html`<span>${notice.text}</span><button class="quiet" @click=${() => say(null)} aria-label="Dismiss this message">×</button>`
            : nothing
    }</div>`;
}

export function say(text, tone = "done") {
    clearTimeout(fading);
    notice = text ? { text, tone } : null;
    if (text && tone === "done") {
        fading = setTimeout(() => say(null), 8000);
    }
    changed();
}

/** Does what an operator has asked for and says what came of it; asks for the key first where that is needed. */
export async function operate(work, done) {
    if (!isOperator() && !(await askForKey())) {
        return undefined;
    }
    try {
        const result = await work();
        say(typeof done === "function" ? done(result) : done);
        return result;
    } catch (failure) {
        if (failure instanceof Refused && failure.status === 401) {
            forgetKey();
        }
        say(failure.message, "wrong");
        return undefined;
    }
}

export function forgetKey() {
    keepKey(null);
    state.who = { ...state.who, role: undefined };
    changed();
}

function open(content, answer) {
    return new Promise((resolve) => {
        const dialog = document.createElement("dialog");
        dialog.setAttribute("aria-labelledby", "question");
        const before = document.activeElement;
        document.body.append(dialog);
        const close = (value) => {
            dialog.close();
            dialog.remove();
            before?.focus?.();
            resolve(value);
        };
        dialog.addEventListener("cancel", (event) => {
            event.preventDefault();
            close(answer);
        });
        const draw = (more) => render(content(close, draw, more), dialog);
        draw();
        dialog.showModal();
    });
}

/** True when the operator says so. */
export function confirmed(question, consequence, yes) {
    return open(
        (close) => html`<article>
            <h2 id="question">${question}</h2>
            <p>${consequence}</p>
            <footer>
                <button class="quiet" autofocus @click=${() => close(false)}>Leave it</button>
                <button class="grave" @click=${() => close(true)}>${yes}</button>
            </footer>
        </article>`,
        false,
    );
}

/**
 * Asks for a name; null when nobody gives one.
 *
 * @param note what is to be said about a name
 */
export function named(question, label, name, note) {
    return open((close, draw, typed = name) => {
        const give = (event) => {
            event.preventDefault();
            close(new FormData(event.target).get("name").trim() || null);
        };
        return html`<article>
            <h2 id="question">${question}</h2>
            <form @submit=${give}>
                <label>${label}
                    <input name="name" required maxlength="200" autocomplete="off" autofocus .value=${name} aria-describedby="name-note"
                        @input=${(event) => draw(event.target.value.trim())}>
                </label>
                <small id="name-note" role="status">${note(typed)}</small>
                <footer>
                    <button type="button" class="quiet" @click=${() => close(null)}>Leave it</button>
                    <button type="submit">Import</button>
                </footer>
            </form>
        </article>`;
    }, null);
}

/** Asks for the operator's key until the dispatcher knows it; false when nobody gives one. */
export function askForKey() {
    return open((close, draw, failure) => {
        const check = async (event) => {
            event.preventDefault();
            const given = new FormData(event.target).get("key").trim();
            try {
                const who = await whoAmI(given);
                if (who.role === "operator") {
                    keepKey(given);
                    state.who = who;
                    changed();
                    close(true);
                    return;
                }
                draw(who.role ? "This key is not the operator's." : "The dispatcher does not know this key.");
            } catch (refused) {
                draw(refused.status === 401 ? "The dispatcher does not know this key." : refused.message);
            }
        };
        return html`<article>
            <h2 id="question">Operator key</h2>
            <form @submit=${check}>
                <label>The key that the dispatcher was started with (<code>RESCUE_OPERATOR_KEY</code>)
                    <input name="key" type="password" required autocomplete="off" autofocus
                        aria-invalid=${failure ? "true" : nothing} aria-describedby="key-note">
                </label>
                <small id="key-note" role=${failure ? "alert" : nothing}>${failure ?? "It is kept in this tab only, until you close it."}</small>
                <footer>
                    <button type="button" class="quiet" @click=${() => close(false)}>Not now</button>
                    <button type="submit">Continue</button>
                </footer>
            </form>
        </article>`;
    }, false);
}
