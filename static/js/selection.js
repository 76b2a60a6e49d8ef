// A selection in a list: how many, ranges with Shift, everybody of the filter, F6 to the bar. It works without this.

const form = document.querySelector("form[data-pick]");
const bar = form?.querySelector("[data-bulk]");

if (bar) {
  const boxes = [...form.querySelectorAll("tbody .col-check input")];
  const head = form.querySelector("thead .col-check input");
  const all = form.querySelector("[data-all]");
  const count = bar.querySelector("[data-said]");
  const unpick = bar.querySelector("[data-unpick]");
  const total = Number(form.dataset.total);
  let last = null;

  const say = () => {
    const chosen = boxes.filter((box) => box.checked).length;
    const words = (number) => (number < 2 ? `${number} sélectionné` : `${number} sélectionnés`);
    count.textContent = all?.checked ? `${words(total)}, tout le filtre` : words(chosen);
    head.checked = chosen > 0 && chosen === boxes.length;
    head.indeterminate = chosen > 0 && chosen < boxes.length;
    unpick.hidden = false;
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
    say();
  });
  unpick.addEventListener("click", () => {
    if (all) all.checked = false;
    tick(boxes, false);
    say();
    (head ?? boxes[0]).focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "F6" || getComputedStyle(bar).display === "none") return;
    event.preventDefault();
    bar.querySelector(".btn-primary").focus();
  });
  say();
}
