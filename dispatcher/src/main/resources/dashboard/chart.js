// The curve over time: files that are safe, and what came in between two points of the curve.

import { bytes, count, tick } from "./format.js";

const HEIGHT = 220;

function colour(name) {
    return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/**
 * From two samples of the history or more, oldest first, the columns that are drawn: times in s, files, and the bytes a second that came in
 * since the sample before. So many came in at the first one too, for that is where this pace began.
 */
export function columns(samples) {
    const at = samples.map((sample) => Date.parse(sample.at) / 1000);
    const files = samples.map((sample) => sample.rescued.count);
    const pace = samples
        .slice(1)
        // Copies that were withdrawn in between make the sum smaller; nothing came in at less than no speed.
        .map((sample, i) => Math.max(0, sample.copies.bytes - samples[i].copies.bytes) / (at[i + 1] - at[i]));
    return [at, files, [pace[0], ...pace]];
}

/** A chart in an element, which follows the element's width and the page's colours. */
export class Chart {
    constructor(element) {
        this.element = element;
        this.data = null;
        this.width = 0;
        new ResizeObserver(() => this.fit()).observe(element);
        matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.build());
    }

    show(data) {
        this.data = data;
        if (this.plot) {
            this.plot.setData(data);
        } else {
            this.build();
        }
    }

    fit() {
        const width = this.element.clientWidth;
        if (width && width !== this.width) {
            this.width = width;
            this.plot ? this.plot.setSize({ width, height: HEIGHT }) : this.build();
        }
    }

    build() {
        if (!this.data || !this.width) {
            return;
        }
        this.plot?.destroy();
        const ink = colour("--pico-muted-color");
        const grid = { stroke: colour("--line"), width: 1 };
        const axis = { stroke: ink, grid, ticks: grid, font: "12px system-ui" };
        const safe = colour("--safe");
        const pace = colour("--pace");
        this.plot = new uPlot(
            {
                width: this.width,
                height: HEIGHT,
                legend: { show: false },
                cursor: { drag: { x: false, y: false }, points: { size: 6 } },
                padding: [12, 4, 0, 4],
                scales: { files: { range: (u, low, high) => [0, Math.max(1, high) * 1.05] }, pace: { range: (u, low, high) => [0, Math.max(1, high) * 1.2] } },
                axes: [
                    { ...axis, space: 70, size: 30, values: (u, ticks, i, space, step) => ticks.map((at) => tick(at, step)) },
                    { ...axis, scale: "files", size: 56, values: (u, ticks) => ticks.map((n) => (Number.isInteger(n) ? count(n) : "")) },
                    { ...axis, scale: "pace", side: 1, size: 68, grid: { show: false }, values: (u, ticks) => ticks.map((n) => `${bytes(n)}/s`) },
                ],
                series: [
                    {},
                    { scale: "files", stroke: safe, width: 2, points: { show: false } },
                    // In steps: it is known of each stretch between two samples, not of the moments.
                    { scale: "pace", stroke: pace, width: 1, fill: colour("--pace-fill"), points: { show: false }, paths: uPlot.paths.stepped({ align: -1 }) },
                ],
                hooks: {
                    setCursor: [(u) => this.point?.(u.cursor.idx)],
                },
            },
            this.data,
            this.element,
        );
    }
}
