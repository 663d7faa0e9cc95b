// The page of one user. Comfort only: it works without this file.
(() => {
  "use strict";

  // A part of the page that is drawn anew beside what was asked for keeps what somebody has opened and typed in it.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const { target, fragment } = event.detail;
    const named = (root) => new Map([...root.querySelectorAll("details")].map((one) => [one.firstElementChild.textContent, one]));
    const fresh = named(fragment);
    named(target).forEach((old, name) => {
      const replacement = fresh.get(name);
      if (!replacement) return;
      replacement.open = old.open;
      old.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((field) => {
        const same = replacement.querySelector(`[name="${CSS.escape(field.name)}"]`);
        if (same && field.name) same.value = field.value;
      });
    });
  });
})();
