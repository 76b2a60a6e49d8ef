// A draft beside its source: the section one works in brings its lines into view. Without this file the links do it.

const panel = document.querySelector(".source-lines");

function near(section) {
  const line = document.getElementById(`ligne-${section.dataset.line}`);
  if (!panel || !line) return;
  panel.querySelector(".is-near")?.classList.remove("is-near");
  line.classList.add("is-near");
  panel.scrollTop = line.offsetTop - panel.offsetTop - panel.clientHeight / 4;
}

document.addEventListener("focusin", (event) => {
  const section = event.target.closest("[data-line]");
  if (section) near(section);
});

for (const link of document.querySelectorAll('a[href^="#ligne-"]')) {
  link.addEventListener("click", (event) => {
    event.preventDefault(); // the page itself stays where it is
    near(link.closest("[data-line]"));
  });
}
