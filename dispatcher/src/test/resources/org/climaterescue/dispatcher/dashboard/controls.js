// Tells which buttons, links and fields the page has shown, and which of them have been used, each by where it stands and what it is called.
(() => {
    const CONTROLS = "a[href], button:enabled, input:enabled, select:enabled";
    const PLACES = "dialog, section, header, footer, #notice";
    const told = { controlShown: new Set(), controlUsed: new Set() };

    function called(control) {
        const href = control.getAttribute("href") ?? "";
        if (href.startsWith("#/tasks/")) {
            return "a task";
        }
        if (href.startsWith("#/catalogs/")) {
            return "a catalog";
        }
        if (control.closest(".url")) {
            return "the origin";
        }
        const label = control.name || control.getAttribute("aria-label") || control.labels?.[0]?.textContent || control.textContent;
        const list = control.closest(".pager")?.querySelector("span").textContent.replace("No more ", "").split(" ")[0].toLowerCase();
        // What follows a colon, and figures, are about one row.
        return [label.replace(/:.*/s, "").replace(/[\d,]+/g, "").trim(), list].filter(Boolean).join(" of ");
    }

    function tell(how, control) {
        const place = control.closest(PLACES);
        const name = `${place?.id || place?.localName}: ${called(control)}`;
        if (!told[how].has(name)) {
            told[how].add(name);
            window[how](name);
        }
    }

    function use(event) {
        const control = event.target.closest?.(CONTROLS);
        if (control && control.matches("a, button") === (event.type === "click")) {
            tell("controlUsed", control);
        }
    }

    for (const type of ["click", "input", "change"]) {
        addEventListener(type, use, { capture: true });
    }
    new MutationObserver(() => document.querySelectorAll(CONTROLS).forEach((control) => tell("controlShown", control))).observe(document, {
        childList: true,
        subtree: true,
        attributeFilter: ["disabled"],
    });
})();
