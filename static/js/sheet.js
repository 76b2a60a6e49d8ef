// The score sheet: each answer is sent as it is given, one after the other. Without this file every form of the page
// still saves with its own button.
//
// A form with `data-save="auto"` is sent when it changes, one with "press" when its button is pressed. The answer is a
// list of elements, each replacing the one of the page with its id. 200: saved; 422: refused, with why; 409: written
// meanwhile elsewhere, with both contents. Anything else is no answer: what was typed stays and is sent again.

const TYPING = 900; // milliseconds of silence before what is being typed is sent
const FIRST_RETRY = 2000;
const LAST_RETRY = 30000;

const sheet = document.querySelector("[data-sheet]");
document.documentElement.classList.add("is-live"); // the buttons that save are for pages without script

const queue = []; // forms to send, the oldest first
const dirty = new Set(); // forms whose last change is not in an answer yet
const timers = new Map(); // form → timer of what is being typed
let sending = null;
let retryIn = FIRST_RETRY;
let retryTimer = null;
let trouble = ""; // why nothing goes out at the moment
let afterwards = null; // the submission that waits for the queue

// --- What the pill says -------------------------------------------------------------------------------------

// Answers refused or in conflict: they stand on the page and nowhere else until they are taken up again.
const unsettled = () => sheet.querySelectorAll(".crit-error, .conflict").length;

function tell() {
  const pill = document.getElementById("etat");
  pill.dataset.saved ??= pill.innerHTML;
  const waiting = dirty.size;
  const refused = unsettled();
  let [kind, words] = ["save-ok", ""];
  if (trouble) [kind, words] = ["save-pending", `${trouble} En attente (${waiting})`];
  else if (waiting) [kind, words] = ["", "Enregistrement…"];
  else if (refused) [kind, words] = ["save-ko", refused < 2 ? "Une saisie à reprendre" : `${refused} saisies à reprendre`];
  pill.className = `save ${kind}`;
  if (!words) {
    if (pill.innerHTML !== pill.dataset.saved) pill.innerHTML = pill.dataset.saved;
  } else if (pill.textContent !== words) pill.textContent = words;
}

// --- The queue ----------------------------------------------------------------------------------------------

function enqueue(form) {
  clearTimeout(timers.get(form));
  timers.delete(form);
  dirty.add(form);
  if (!queue.includes(form)) queue.push(form);
  tell();
  pump();
}

function later(form) {
  dirty.add(form);
  tell();
  clearTimeout(timers.get(form));
  timers.set(form, setTimeout(() => enqueue(form), TYPING));
}

async function pump() {
  if (sending || !queue.length || retryTimer) return;
  sending = queue.shift();
  const form = sending;
  const sent = new FormData(form);
  dirty.delete(form);
  let outcome;
  try {
    outcome = await post(form, sent);
  } catch {
    outcome = { again: "Réseau absent." };
  }
  sending = null;
  if (outcome.again) {
    dirty.add(form);
    if (!queue.includes(form)) queue.unshift(form);
    trouble = outcome.again;
    retryTimer = setTimeout(resume, retryIn);
    retryIn = Math.min(retryIn * 2, LAST_RETRY);
  } else {
    trouble = "";
    retryIn = FIRST_RETRY;
    apply(outcome.html, form);
  }
  tell();
  if (!queue.length && !dirty.size && afterwards) return finish();
  pump();
}

function resume() {
  clearTimeout(retryTimer);
  retryTimer = null;
  pump();
}
addEventListener("online", resume);
document.addEventListener("visibilitychange", () => document.hidden || resume());

async function post(form, body) {
  // Signing in again in another tab changes the token: the cookie has the one of now.
  const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
  if (token) body.set("csrfmiddlewaretoken", token);
  const response = await fetch(form.action, {
    method: "POST",
    body,
    credentials: "same-origin",
    headers: { "HX-Request": "true" },
  });
  if (response.redirected) return { again: "Session expirée : reconnectez-vous dans un autre onglet." };
  if ([200, 409, 422].includes(response.status)) return { html: await response.text() };
  if (response.status < 500) return { again: "Saisie refusée : rechargez la page." };
  return { again: "Le serveur ne répond pas." };
}

// --- The answer ---------------------------------------------------------------------------------------------

function apply(html, form) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  for (const fresh of [...answer.body.children]) {
    const old = fresh.id && document.getElementById(fresh.id);
    if (!old) continue;
    // Changed again since it was sent: what is on the screen stays, over the version just written.
    if (dirty.has(form) && old.contains(form)) {
      const version = fresh.querySelector("[name=version]");
      if (version && !fresh.classList.contains("conflict")) form.elements.version.value = version.value;
      continue;
    }
    put(old, fresh);
  }
  here();
}

function put(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const at = focused?.selectionStart;
  for (const fold of fresh.querySelectorAll("details")) {
    const before = old.querySelector(`.${fold.className}`);
    if (before?.open) fold.open = true;
  }
  old.replaceWith(document.adoptNode(fresh));
  const next = focused?.id && document.getElementById(focused.id);
  if (!next) return;
  next.focus({ preventScroll: true });
  if (at != null && next.localName === "textarea") next.setSelectionRange(at, at);
}

// --- What starts it -----------------------------------------------------------------------------------------

const autosaved = (target) => target.closest?.('form[data-save="auto"]');

sheet.addEventListener("change", (event) => {
  const form = autosaved(event.target);
  if (form && (event.target.localName !== "textarea" || dirty.has(form))) enqueue(form);
});
sheet.addEventListener("input", (event) => {
  const form = autosaved(event.target);
  if (form && event.target.localName === "textarea") later(form);
});
addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    if (form.matches("[data-save]")) {
      event.preventDefault();
      enqueue(form);
    } else if (form.matches("[data-submit]") && (dirty.size || sending || unsettled())) {
      event.preventDefault(); // one submits what has been saved
      afterwards = form;
      for (const waiting of [...timers.keys()]) enqueue(waiting);
      if (!dirty.size && !sending) {
        afterwards = null;
        sheet.querySelector(".crit-error, .conflict")?.closest(".crit, .cond, .cap-notes").scrollIntoView({ block: "center" });
      }
    }
  },
  true,
);

// The foot has been replaced meanwhile: its form has the new revision, or says what is missing.
function finish() {
  afterwards = null;
  if (!unsettled()) document.querySelector("form[data-submit] button").click();
}

addEventListener("beforeunload", (event) => {
  if (dirty.size || sending || unsettled()) event.preventDefault();
});

// --- Keyboard: 1, 2, 3 answer; up and down change criterion -------------------------------------------------

sheet.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.target.localName === "textarea") return;
  const criterion = event.target.closest(".crit");
  const answers = criterion ? [...criterion.querySelectorAll("input[name=value][type=radio]")] : [];
  if (!answers.length) return;
  if (["1", "2", "3"].includes(event.key)) {
    event.preventDefault();
    const answer = answers[event.key - 1];
    answer.focus();
    answer.click();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    const criteria = [...sheet.querySelectorAll(".crit")].filter((row) => row.querySelector("[type=radio]"));
    const next = criteria[criteria.indexOf(criterion) + (event.key === "ArrowDown" ? 1 : -1)];
    event.preventDefault();
    if (next) go(next);
  }
});

function go(criterion) {
  criterion.closest("details.cap").open = true;
  const radio = criterion.querySelector("[type=radio]:checked") ?? criterion.querySelector("[type=radio]");
  radio.focus({ preventScroll: true });
  criterion.scrollIntoView({ block: "center" });
}

// --- Where one is -------------------------------------------------------------------------------------------

// «Critère suivant» goes to the criterion and its first answer, in whichever fold it stands.
document.addEventListener("click", (event) => {
  const link = event.target.closest(".sheet-foot a[href^='#']");
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  if (target.matches(".crit") && target.querySelector("[type=radio]")) return go(target);
  target.scrollIntoView({ block: "start" });
  target.querySelector("textarea")?.focus({ preventScroll: true });
});
document.addEventListener("click", (event) => {
  const link = event.target.closest(".cap-rule a");
  const body = link && document.getElementById(link.hash.slice(1));
  if (!body) return;
  event.preventDefault();
  const fold = body.closest("details");
  fold.open = true;
  fold.scrollIntoView({ block: "start" });
  fold.querySelector("summary").focus({ preventScroll: true });
});

const visible = new Map();
const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) visible.set(entry.target, entry.isIntersecting);
    here();
  },
  { rootMargin: "-120px 0px -50% 0px" },
);
for (const fold of sheet.querySelectorAll("details.cap")) watcher.observe(fold);

function here() {
  const seen = [...visible].find(([, isSeen]) => isSeen)?.[0];
  const anchor = seen?.querySelector(".cap-body").id;
  for (const link of document.querySelectorAll(".cap-rule a")) {
    const current = link.hash === `#${anchor}`;
    link.classList.toggle("is-here", current);
    if (current) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
