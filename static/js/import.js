// One client for both, or two clients: choosing one way takes the other back. Without this file the radio button
// "Use different clients" does the same. Comfort only.
(() => {
  "use strict";
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || input.type !== "radio" || !input.form) return;
    const clear = (names) => input.form.querySelectorAll("input[type=radio]").forEach((other) => {
      if (names.includes(other.name) && other.value) other.checked = false;
    });
    if (input.name === "both" && input.value) clear(["web", "native"]);
    if (input.name === "web" || input.name === "native") {
      clear(["both"]);
      const two = input.form.querySelector('input[name=both][value=""]');
      if (two) two.checked = true;
    }
  }, true);
})();
