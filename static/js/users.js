// The list of users and its export. Comfort only: both pages work without this file.
(() => {
  "use strict";
  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  // The box in a table's head chooses every row that is on the page.
  document.addEventListener("change", (event) => {
    const all = closest(event, "[data-choose-all]");
    all?.closest("table").querySelectorAll("tbody input[type=checkbox]").forEach((box) => {
      if (box.name === all.dataset.chooseAll) box.checked = all.checked;
    });
  });

  // The bar below the list tells how many rows are chosen, also after more of them came.
  const count = () => document.querySelectorAll("[data-chosen]").forEach((output) => {
    const name = CSS.escape(output.dataset.chosen);
    output.value = `${output.closest("form").querySelectorAll(`tbody input[name="${name}"]:checked`).length} chosen`;
  });
  ["change", "htmx:afterSettle", "pageshow"].forEach((name) => window.addEventListener(name, count));
  document.addEventListener("reset", () => setTimeout(count));

  // `/` leads to the page's search, as long as nobody is writing.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || closest(event, "input, textarea, select, dialog")) return;
    const box = document.querySelector("main input[type=search]");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  });

  // A form that starts a download leaves its page as it is; whatever follows the download listens for this.
  document.addEventListener("submit", (event) => {
    const { announce } = event.target.dataset;
    if (!event.defaultPrevented && announce) document.body.dispatchEvent(new CustomEvent(announce));
  });
})();
