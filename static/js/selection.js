// A selection in a list: how many, ranges with Shift, everybody of the filter, what is ticked on the other pages, F6 to the
// bar. Without this the boxes of one page and «tout le filtre» work all the same.

const form = document.querySelector("form[data-pick]");
const bar = form?.querySelector("[data-bulk]");

if (bar) {
  const boxes = [...form.querySelectorAll("tbody .col-check input")];
  const head = form.querySelector("thead .col-check input");
  const all = form.querySelector("[data-all]");
  const count = bar.querySelector("[data-said]");
  const unpick = bar.querySelector("[data-unpick]");
  const total = Number(form.dataset.total);
  const store = `selection ${location.pathname}`;
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

  form.addEventListener("click", (event) => {
    const box = event.target;
    if (!boxes.includes(box)) return;
    if (event.shiftKey && last) {
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      tick(boxes.slice(from, to + 1), box.checked);
    }
    last = box;
  });
  form.addEventListener("change", (event) => {
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
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F6" || getComputedStyle(bar).display === "none") return;
    event.preventDefault();
    bar.querySelector(".btn-primary").focus();
  });
  // The browser may bring back what was ticked; what was kept from this page is ticked again.
  tick(boxes.filter((box) => kept.has(box.value)), true);
  say();
}
