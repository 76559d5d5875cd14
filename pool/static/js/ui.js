"use strict";
// Small helps for screens that work without them: the menu on a phone, the drop field, ticks, one submission per form.

function setUpMenu() {
  const button = document.querySelector(".menu-button");
  const menu = document.getElementById("navigation");
  if (!button || !menu) return;
  button.hidden = false;
  menu.classList.add("closed");
  button.addEventListener("click", () => {
    const closed = menu.classList.toggle("closed");
    button.setAttribute("aria-expanded", String(!closed));
  });
}

function readableSize(bytes) {
  return bytes < 1048576 ? `${Math.ceil(bytes / 1024)} KB` : `${(bytes / 1048576).toFixed(1)} MB`;
}

function setUpDrop(area) {
  const input = area.querySelector("input[type=file]");
  const chosen = area.querySelector("[data-chosen]");
  if (!input) return;
  const show = () => {
    chosen.textContent = Array.from(input.files, (file) => `${file.name}（${readableSize(file.size)}）`).join("、");
  };
  const mark = (over) => (event) => {
    event.preventDefault();
    area.classList.toggle("over", over);
  };
  area.addEventListener("dragover", mark(true));
  area.addEventListener("dragleave", mark(false));
  area.addEventListener("drop", (event) => {
    mark(false)(event);
    if (event.dataTransfer.files.length > 1 && !input.multiple) {
      chosen.textContent = area.dataset.tooMany;
      return;
    }
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
  input.addEventListener("change", show);
  if (area.dataset.drop === "send") input.addEventListener("change", () => input.files.length && input.form.requestSubmit());
}

function setUpPicks(form) {
  const all = form.querySelector("[data-pick-all]");
  const boxes = Array.from(form.querySelectorAll("[data-pick]"));
  const told = form.querySelector("[data-picked]");
  if (!all || !boxes.length) return;
  all.hidden = false;
  const tell = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
    if (told) told.textContent = told.dataset.picked.replace("0", String(chosen));
  };
  all.addEventListener("change", () => {
    boxes.forEach((box) => {
      box.checked = all.checked;
    });
    tell();
  });
  boxes.forEach((box) => box.addEventListener("change", tell));
  tell();
}

// A canned wording goes to the end of what is written already, and ticks what it asks for; then it may be altered.
function setUpFill(button) {
  const field = document.getElementById(button.dataset.fill);
  if (!field) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    field.value = [field.value.trim(), button.dataset.text].filter(Boolean).join("\n");
    const wanted = button.dataset.items.split(" ");
    field.form.querySelectorAll("input[type=checkbox]").forEach((box) => {
      if (wanted.includes(box.value)) box.checked = true;
    });
    field.focus();
  });
}

function setUpConfirm(box) {
  const close = box.querySelector("[data-close]");
  const shut = () => {
    box.open = false;
    box.querySelector("summary").focus();
  };
  if (close) {
    close.hidden = false;
    close.addEventListener("click", shut);
  }
  box.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && box.open) shut();
  });
}

// The server counts a form once by its key; this only shows that the first click was heard.
function markBusy(event) {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button) button.setAttribute("aria-busy", "true");
  // An answer that is a file leaves the page standing.
  setTimeout(forgetBusy, 8000);
}

function forgetBusy() {
  document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
  document.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
}

function setUp(root) {
  root.querySelectorAll("[data-drop]").forEach(setUpDrop);
  root.querySelectorAll("[data-confirm]").forEach(setUpConfirm);
  root.querySelectorAll("[data-picks]").forEach(setUpPicks);
  root.querySelectorAll("[data-fill]").forEach(setUpFill);
}

setUpMenu();
setUp(document);
document.addEventListener("submit", markBusy);
window.addEventListener("pageshow", (event) => event.persisted && forgetBusy());
document.addEventListener("htmx:load", (event) => {
  if (event.target !== document.body) setUp(event.target);
});
