// The form of a data access rule. Comfort only: without this file it shows everything, each part under its own name.
(() => {
  "use strict";
  const form = document.getElementById("rule-form");
  if (!form) return;

  // Only what belongs to the chosen strategy is shown, and only that is sent. What the page keeps in sight holds
  // something that does not belong, and has to be emptied by hand.
  // A provider that the rule has stays chosen, even if it does not go with it, until another strategy is chosen.
  const fit = (isNew) => {
    const chosen = form.querySelector("input[name=allow]:checked")?.value;
    form.querySelectorAll("[data-for]").forEach((part) => {
      const fits = part.dataset.for.split(" ").includes(chosen) || "keep" in part.dataset;
      const radio = part.querySelector(":scope > input[type=radio]");
      part.hidden = !fits && !(radio && (!chosen || (radio.checked && isNew !== true)));
      if (part instanceof HTMLFieldSetElement) part.disabled = part.hidden;
      else if (radio && part.hidden && radio.checked) form.querySelector(`input[name="${radio.name}"][value=""]`).checked = true;
    });
  };
  form.addEventListener("input", (event) => { if (event.target.name === "allow") fit(true); });
  window.addEventListener("pageshow", () => fit());
  fit();

  // What a check finds wrong, or no longer does, is told of the field itself as well.
  document.addEventListener("htmx:afterSettle", () => {
    form.querySelectorAll(".field-error").forEach((box) => {
      const isWrong = Boolean(box.querySelector(".error-line"));
      form.querySelectorAll(`[name="${box.id.replace(/^id_|_error$/g, "")}"]`).forEach((one) => {
        if (!isWrong) one.removeAttribute("aria-invalid");
        else if (!["checkbox", "radio"].includes(one.type)) one.setAttribute("aria-invalid", "true");
      });
    });
  });

  // Who asked for the groups by hand goes on among them; the button that had the focus is another one, or gone.
  let asked = false;
  form.addEventListener("click", (event) => { asked ||= event.target.id === "show-groups" && event.isTrusted; });
  form.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id !== "rule-groups") return;
    if (asked && document.activeElement === document.body) form.querySelector("#show-groups, #rule-groups input")?.focus();
    asked = false;
  });

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
