// What an operator does to one task, wherever it is shown. Each tells whether it was done.

import { html } from "./lit.js";
import { post } from "./api.js";
import { confirmed, operate } from "./dialogs.js";
import { counted, taskName } from "./format.js";
import { foreign } from "./parts.js";

function command(task, verb, done, json) {
    return operate(() => post(`/tasks/${task.task_id}/${verb}`, undefined, json), done);
}

export function retry(task) {
    return command(task, "retry", html`${foreign(taskName(task))} is tried again.`);
}

export async function cancel(task) {
    const working = (task.assignments ?? []).filter((one) => one.status === "active").length;
    const told = working ? ` ${counted(working, "node")} will be told to stop.` : "";
    const sure = await confirmed(
        html`Cancel ${foreign(taskName(task))}?`,
        `Nobody will be given it any more.${told} It can be retried later.`,
        "Cancel the task",
    );
    return sure && command(task, "cancel", html`${foreign(taskName(task))} is cancelled.`);
}

export function prioritize(task, event) {
    event.preventDefault();
    const priority = Number(new FormData(event.target).get("priority"));
    return command(task, "priority", `The priority is ${priority} now.`, { priority });
}
