// The one place that names the version of lit-html, beside index.html.
export { html, svg, nothing, render } from "/webjars/lit-html/3.3.0/lit-html.js";
export { repeat } from "/webjars/lit-html/3.3.0/directives/repeat.js";
export { live } from "/webjars/lit-html/3.3.0/directives/live.js";
