// The form of a data access rule. Comfort only: without this file it shows everything, each part under its own name.
(() => {
  "use strict";
  const form = document.getElementById("rule-form");
  if (!form) return;

  // Only what belongs to the chosen strategy is shown, and only that is sent. What the page keeps in sight holds
  // something that does not belong, and has to be emptied by hand.
  const fit = () => {
    const chosen = form.querySelector("input[name=allow]:checked")?.value;
    form.querySelectorAll("[data-for]").forEach((part) => {
      const fits = part.dataset.for.split(" ").includes(chosen) || "keep" in part.dataset;
      const radio = part.querySelector(":scope > input[type=radio]");
      part.hidden = !fits && !(radio && !chosen);
      if (part instanceof HTMLFieldSetElement) part.disabled = part.hidden;
      else if (radio && part.hidden && radio.checked) form.querySelector(`input[name="${radio.name}"][value=""]`).checked = true;
    });
  };
  form.addEventListener("input", (event) => { if (event.target.name === "allow") fit(); });
  window.addEventListener("pageshow", fit);
  fit();

  // The box above the groups narrows them to what it holds; nothing is asked for that.
  form.addEventListener("input", (event) => {
    const boxes = event.target.dataset.findIn && form.querySelector(event.target.dataset.findIn);
    if (!boxes) return;
    event.stopPropagation();
    const wanted = event.target.value.toLowerCase();
    boxes.querySelectorAll(".choice").forEach((one) => { one.hidden = !one.textContent.toLowerCase().includes(wanted); });
  });
  form.addEventListener("keydown", (event) => { if (event.key === "Enter" && event.target.dataset.findIn) event.preventDefault(); });
})();
