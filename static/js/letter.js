// A field of the list goes where the cursor is in the text, or in the subject when one was writing there.
let last = null;
document.addEventListener("focusin", ({ target }) => {
  if (target.matches("textarea, input[name=subject]")) last = target;
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-insert]");
  if (!button) return;
  const text = last ?? document.getElementById(button.dataset.into);
  text.setRangeText(button.dataset.insert, text.selectionStart, text.selectionEnd, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
});
