// A report is sent with its progress shown, and sent again by itself when the network fails: the file chosen stays
// chosen. The hidden key `upload` makes the server count a retried sending once. Without this module the form
// posts as any other.

const PAUSES = [2, 5, 10, 20, 30]; // seconds before each new try; then only by hand

for (const form of document.querySelectorAll("form[data-report]")) enhance(form);

function enhance(form) {
  const box = form.querySelector(".upload");
  const bar = box.querySelector("progress");
  const said = box.querySelector("[role=status]");
  const again = box.querySelector("button");
  const send = form.querySelector("button:not([type=button])");
  const file = form.querySelector("input[type=file]");
  let tries = 0;
  let timer;
  let sending = false;

  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !file.files.length) return;
    event.preventDefault();
    event.stopImmediatePropagation(); // the page's own guard against a second press would keep the button busy
    tries = 0;
    post();
  }, { capture: true });
  again.addEventListener("click", post);
  addEventListener("online", () => { if (timer) post(); });
  addEventListener("beforeunload", (event) => { if (sending || timer) event.preventDefault(); });

  function post() {
    if (sending || file.validity.customError) return file.reportValidity();
    clearTimeout(timer);
    timer = undefined;
    for (const error of form.querySelectorAll(".error-summary, .invalid-feedback")) error.remove();
    file.classList.remove("is-invalid");
    sending = true;
    again.hidden = true;
    box.hidden = false;
    send.disabled = true;
    bar.value = 0;
    said.textContent = "Envoi en cours. Gardez cette page ouverte.";
    const request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.timeout = 10 * 60 * 1000;
    request.upload.addEventListener("progress", (event) => {
      if (!event.lengthComputable) return;
      bar.value = (100 * event.loaded) / event.total;
      if (event.loaded === event.total) said.textContent = "Fichier envoyé : le centre le vérifie.";
    });
    request.addEventListener("loadend", () => answered(request));
    request.send(new FormData(form));
  }

  function answered(request) {
    sending = false;
    if (request.status >= 200 && request.status < 300) return show();
    if (request.status === 422) return refuse(request);
    if (request.status === 401) return wait("Votre espace s’est refermé. Gardez cette page ouverte, demandez un nouveau lien et ouvrez-le dans un autre onglet, puis réessayez : le fichier reste choisi.");
    if (request.status === 413) return stop("Ce fichier est trop lourd : 30 Mo au plus.");
    if (request.status >= 400 && request.status < 500) return stop("L’envoi a été refusé. Rechargez la page et recommencez.");
    const pause = PAUSES[tries++];
    if (!pause) return wait("L’envoi n’aboutit pas. Vérifiez la connexion, puis réessayez : le fichier reste choisi.");
    wait(`La connexion a été coupée. Nouvel essai dans ${pause} secondes : le fichier reste choisi.`);
    timer = setTimeout(post, pause * 1000);
  }

  function wait(words) {
    said.textContent = words;
    again.hidden = false;
  }

  function stop(words) {
    said.textContent = words;
    send.disabled = false;
    bar.value = 0;
  }

  // The report is in: the page is read again, at its place.
  function show() {
    history.replaceState(null, "", `#${form.closest("section").id}`);
    location.reload();
  }

  function refuse(request) {
    const page = new DOMParser().parseFromString(request.responseText, "text/html");
    const id = form.closest("section").id;
    const section = page.getElementById(id);
    if (!section) return stop("L’envoi a été refusé. Rechargez la page et recommencez.");
    form.closest("section").replaceWith(section);
    enhance(section.querySelector("form[data-report]"));
    section.querySelector(".invalid-feedback, .alert, input[type=file]")?.scrollIntoView({ block: "center" });
  }
}
