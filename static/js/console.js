// Comfort only: every page works without this file.
(() => {
  "use strict";

  const closest = (event, selector) => (event.target instanceof Element ? event.target.closest(selector) : null);

  // Copy buttons.
  const copy = async (button) => {
    const target = document.getElementById(button.dataset.copyTarget || "");
    const text = button.dataset.copy ?? (target ? (target.value ?? target.textContent) : "");
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      // The clipboard is only there on https and localhost; elsewhere a selected field does it.
      const field = document.createElement("textarea");
      field.value = text;
      field.className = "visually-hidden";
      (button.closest("dialog") || document.body).append(field);
      field.select();
      document.execCommand("copy");
      field.remove();
      button.focus();
    }
    button.classList.add("copied");
    announce("Copied.");
    setTimeout(() => button.classList.remove("copied"), 2000);
  };

  // One polite live region that is read aloud and not seen.
  const announce = (text) => {
    let region = document.getElementById("announcer");
    if (!region) {
      region = document.createElement("p");
      region.id = "announcer";
      region.className = "visually-hidden";
      region.setAttribute("role", "status");
      document.body.append(region);
    }
    region.textContent = "";
    setTimeout(() => { region.textContent = text; }, 50);
  };

  const buildAlert = (level, text, retry) => {
    const box = document.createElement("div");
    box.className = `alert ${level}`;
    box.setAttribute("role", level === "error" ? "alert" : "status");
    const content = document.createElement("div");
    content.className = "alert-content";
    const line = document.createElement("p");
    line.textContent = text;
    content.append(line);
    if (retry) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button small";
      button.textContent = "Try again";
      button.addEventListener("click", () => { box.remove(); retry(); });
      const row = document.createElement("div");
      row.className = "actions";
      row.append(button);
      content.append(row);
    }
    const close = document.createElement("button");
    close.type = "button";
    close.className = "button link small";
    close.dataset.dismiss = "";
    close.textContent = "Dismiss";
    box.append(content, close);
    return box;
  };

  document.addEventListener("click", (event) => {
    const copier = closest(event, "[data-copy], [data-copy-target]");
    if (copier) copy(copier);
    const opener = closest(event, "[data-dialog-open]");
    const dialog = opener && document.getElementById(opener.dataset.dialogOpen);
    if (dialog && !dialog.open) { event.preventDefault(); dialog.showModal(); }
    if (event.target instanceof HTMLDialogElement && event.target.classList.contains("dialog")) event.target.close();
    closest(event, "[data-dismiss]")?.closest(".alert")?.remove();
  });

  document.addEventListener("change", (event) => {
    const control = closest(event, "[data-autosubmit]");
    if (control && control.form) control.form.requestSubmit();
  });

  // A second click must not send a form twice. The buttons are disabled after the browser has read the form, and come
  // back if the person does: with the Back button, or because the answer was a download.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.target === "_blank") return;
    setTimeout(() => {
      const buttons = form.querySelectorAll("button:not([type=button]):not(:disabled)");
      buttons.forEach((button) => { button.disabled = true; });
      setTimeout(() => buttons.forEach((button) => { button.disabled = false; }), 8000);
    });
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form button:disabled").forEach((button) => { button.disabled = false; });
  });

  // Relative times grow old while a page is open.
  const relative = (moment) => {
    const seconds = (Date.now() - moment) / 1000;
    const distance = Math.abs(seconds);
    if (distance < 45) return "just now";
    if (distance > 30 * 86400) return null;
    const [number, unit] = distance < 3570 ? [Math.max(1, Math.round(distance / 60)), "minute"]
      : distance < 84600 ? [Math.round(distance / 3600), "hour"] : [Math.round(distance / 86400), "day"];
    const words = `${number} ${unit}${number === 1 ? "" : "s"}`;
    return seconds < 0 ? `in ${words}` : `${words} ago`;
  };
  setInterval(() => {
    document.querySelectorAll("time[data-ago]").forEach((time) => {
      const words = relative(Date.parse(time.dateTime));
      if (words && time.textContent !== words) time.textContent = words;
    });
  }, 20000);

  // A request that failed says so where people look, once for each kind, with a way to try again.
  const failed = (text) => (event) => {
    const flash = document.getElementById("flash");
    const { elt, requestConfig } = event.detail;
    if (!flash) return;
    const again = requestConfig?.verb === "get" && elt?.isConnected
      ? () => window.htmx.ajax("GET", requestConfig.path, { source: elt, target: event.detail.target })
      : null;
    const message = typeof text === "function" ? text(event.detail.xhr.status) : text;
    [...flash.children].find((box) => box.textContent.includes(message))?.remove();
    flash.prepend(buildAlert("error", message, again));
  };
  const meaning = (status) => ({
    401: "You have been signed out. Reload the page to sign in again.",
    403: "You do not have the permission for this, or the page is too old. Reload it and try again.",
    404: "This is no longer there. Reload the page to see what is.",
    409: "Somebody else changed this in the meantime. Reload the page and look again.",
    429: "Too many requests at once. Wait a few seconds and try again.",
  })[status] || `The console could not do this (error ${status}). Nothing more is known here; the log has the details.`;
  document.addEventListener("htmx:responseError", failed(meaning));
  document.addEventListener("htmx:sendError", failed("The console cannot be reached. Check the connection and try again."));
  document.addEventListener("htmx:timeout", failed("No answer within 30 seconds. It may still be at work; try again in a moment."));

  document.addEventListener("toast", (event) => {
    const { text, level } = event.detail;
    const box = buildAlert(level || "success", text, null);
    document.getElementById("toasts")?.append(box);
    setTimeout(() => box.remove(), 8000);
  });
})();
