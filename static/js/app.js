// What HTML alone does not do. Every page works without it.

// A blocked action keeps the focus it can receive; pressing it leads to the first missing point.
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-missing]");
  if (!button) return;
  event.preventDefault();
  const list = document.getElementById(button.dataset.missing);
  const point = list?.querySelector("a, button") ?? list?.querySelector("li");
  if (!point) return;
  if (point.localName === "li") point.tabIndex = -1;
  point.focus();
  point.scrollIntoView({ block: "nearest" });
});

// A refused form: the summary of its errors is read first.
document.querySelector(".error-summary")?.focus();

// Menus close when one looks elsewhere, and give the focus back.
const openMenus = () => document.querySelectorAll("details[data-menu][open]");
document.addEventListener("click", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of openMenus()) {
    if (menu.contains(document.activeElement)) menu.querySelector("summary").focus();
    menu.open = false;
  }
});

// What was typed and not sent is not lost by a stray click.
const changed = new Set();
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-guard]");
  if (form) changed.add(form);
});
addEventListener("beforeunload", (event) => {
  if ([...changed].some((form) => form.isConnected)) event.preventDefault();
});

// A file too large is not sent at all; the server would refuse it unread.
document.addEventListener("change", ({ target: input }) => {
  if (input.type !== "file" || !input.dataset.limit) return;
  const large = [...input.files].some((file) => file.size > Number(input.dataset.limit));
  input.setCustomValidity(large ? input.dataset.tooLarge : "");
  input.reportValidity();
});
document.addEventListener("submit", (event) => {
  const file = event.target.querySelector("input[type=file]:invalid");
  if (!file?.validity.customError) return;
  event.preventDefault();
  file.reportValidity();
});

// One press, one act: a second submission waits for the answer to the first. `data-repeat` opts out
// (a form that answers with a file leaves its page in place).
const release = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll(".is-busy")) button.classList.remove("is-busy");
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || "repeat" in form.dataset) return;
  if ("sent" in form.dataset) return event.preventDefault();
  form.dataset.sent = "";
  event.submitter?.classList.add("is-busy");
  changed.delete(form);
});
addEventListener("pageshow", (event) => {
  if (event.persisted) for (const form of document.forms) release(form);
});

// Lists: one box for all the rows of the page, and how many are chosen.
document.addEventListener("change", (event) => {
  const table = event.target.closest("table");
  if (!table || !event.target.closest(".col-check")) return;
  const boxes = [...table.querySelectorAll("tbody .col-check input")];
  const all = table.querySelector("thead .col-check input");
  if (event.target === all) for (const box of boxes) box.checked = all.checked;
  const chosen = boxes.filter((box) => box.checked).length;
  if (all) {
    all.checked = chosen === boxes.length;
    all.indeterminate = chosen > 0 && chosen < boxes.length;
  }
  const count = table.closest(".panel")?.querySelector("[data-count]");
  if (count) count.textContent = chosen < 2 ? `${chosen} sélectionné` : `${chosen} sélectionnés`;
});
