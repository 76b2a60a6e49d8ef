// A selection in a list: how many, ranges with Shift, everybody of the filter, what is ticked on the other pages, F6 to the
// bar. Without this the boxes of one page and «tout le filtre» work all the same.
// The form may hold the boxes, or stand above the table whose rows have forms of their own: its panel holds both.

const forms = [...document.querySelectorAll("form[data-pick]")];

function watch(form) {
  const scope = form.closest(".panel");
  const bar = form.querySelector("[data-bulk]");
  const boxes = [...scope.querySelectorAll("tbody .col-check input")];
  const head = scope.querySelector("thead .col-check input");
  const all = scope.querySelector("[data-all]");
  const count = bar.querySelector("[data-said]");
  const unpick = bar.querySelector("[data-unpick]");
  const total = Number(form.dataset.total);
  const store = `selection ${location.pathname} ${form.id}`;
  const here = new Set(boxes.map((box) => box.value));
  const kept = new Set(JSON.parse(sessionStorage.getItem(store) ?? "[]"));
  let last = null;

  const elsewhere = () => [...kept].filter((key) => !here.has(key));
  const words = (number) => (number < 2 ? `${number} sélectionné` : `${number} sélectionnés`);
  const say = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    const others = elsewhere().length;
    count.textContent = all?.checked
      ? `${words(total)}, tout le filtre`
      : words(chosen + others) + (others ? `, dont ${others} hors de cette page` : "");
    form.classList.toggle("has-kept", others > 0);
    head.checked = chosen > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
    unpick.hidden = false;
  };
  const keep = () => {
    for (const box of boxes) box.checked ? kept.add(box.value) : kept.delete(box.value);
    sessionStorage.setItem(store, JSON.stringify([...kept]));
    say();
  };
  const tick = (rows, checked) => {
    for (const box of rows) box.checked = checked;
  };

  scope.addEventListener("click", (event) => {
    const box = event.target;
    if (!boxes.includes(box)) return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      tick(boxes.slice(from, to + 1), box.checked);
    }
    last = box;
  });
  scope.addEventListener("change", (event) => {
    if (![all, head, ...boxes].includes(event.target)) return;
    if (event.target === all || event.target === head) tick(boxes, event.target.checked);
    if (all && event.target !== all && !event.target.checked) all.checked = false;
    keep();
  });
  unpick.addEventListener("click", () => {
    if (all) all.checked = false;
    kept.clear();
    tick(boxes, false);
    keep();
    boxes[0].focus();
  });
  form.addEventListener("formdata", (event) => {
    for (const key of elsewhere()) event.formData.append("choix", key);
  });
  form.addEventListener("submit", (event) => {
    if (event.submitter?.name === "acte") sessionStorage.removeItem(store);
  });
  // The browser may bring back what was ticked; what was kept from this page is ticked again.
  tick(boxes.filter((box) => kept.has(box.value)), true);
  say();
}

forms.forEach(watch);
document.addEventListener("keydown", (event) => {
  const bars = forms.map((form) => form.querySelector("[data-bulk]"));
  const bar = bars.find((one) => getComputedStyle(one).display !== "none");
  if (event.key !== "F6" || !bar) return;
  event.preventDefault();
  bar.querySelector(".btn-primary").focus();
});
