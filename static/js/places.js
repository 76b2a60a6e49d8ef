// A birth place is proposed while one types: communes fill name, code and country; a country fills its code. Before the
// départements of Corsica and around Paris were parted, the code of the time is left to type.
// Without this module the three fields are plain inputs. Pattern: editable combobox with a listbox, ARIA 1.2.

const WAIT = 150; // ms after the last key
let number = 0;

for (const input of document.querySelectorAll("[data-places]")) enhance(input);

function enhance(input) {
  const id = `places-${(number += 1)}`;
  const box = document.createElement("div");
  box.className = "combo";
  input.before(box);
  const list = document.createElement("ul");
  list.id = id;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.labels[0]?.firstChild.textContent.trim() ?? "Propositions");
  const status = document.createElement("div");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  box.append(input, list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": id,
  })) input.setAttribute(name, value);

  let places = [];
  let active = -1;
  let timer;
  let request;

  const beside = (name) => input.name.replace(/birth_(place|country)$/, name);

  const close = () => {
    clearTimeout(timer);
    request?.abort();
    list.replaceChildren();
    places = [];
    point(-1);
    input.setAttribute("aria-expanded", "false");
  };

  const point = (index) => {
    active = index;
    [...list.children].forEach((option, rank) => option.setAttribute("aria-selected", String(rank === index)));
    if (index < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", list.children[index].id);
    list.children[index].scrollIntoView({ block: "nearest" });
  };

  const show = (found) => {
    places = found;
    list.replaceChildren(
      ...found.map((place, rank) => {
        const option = document.createElement("li");
        option.id = `${id}-${rank}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(place.label);
        if (place.detail) {
          const detail = document.createElement("span");
          detail.textContent = place.detail;
          option.append(" ", detail);
        }
        return option;
      }),
    );
    point(-1);
    input.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = found.length ? `${found.length} proposition${found.length > 1 ? "s" : ""}` : "";
  };

  const ask = async () => {
    request?.abort();
    request = new AbortController();
    const born = input.form.elements[beside("birth_date")]?.value ?? "";
    try {
      const answer = await fetch(`${input.dataset.places}?${new URLSearchParams({ q: input.value, ne: born })}`, {
        signal: request.signal,
        headers: { Accept: "application/json" },
      });
      // Signed out or offline: the field stays a plain one.
      if (answer.ok && !answer.redirected && document.activeElement === input) show((await answer.json()).places);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
  };

  const fill = (name, value) => {
    const field = input.form.elements[name];
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const choose = (index) => {
    const place = places[index];
    const commune = input.name.endsWith("birth_place");
    if (commune) fill(input.name, place.name);
    fill(beside("birth_commune_code"), place.code);
    fill(beside("birth_country"), place.country);
    close();
    status.textContent = place.code ? `${place.label} choisi` : `${place.label} choisi, ${place.detail}`;
  };

  input.addEventListener("input", () => {
    clearTimeout(timer);
    if (input.value.trim().length < 2) return close();
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && places.length) {
      event.preventDefault();
      return close();
    }
    if (event.key === "Enter" && active >= 0) {
      event.preventDefault();
      return choose(active);
    }
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    event.preventDefault();
    if (!places.length) return ask();
    const step = event.key === "ArrowDown" ? 1 : -1;
    // Past either end the caret is back in the text, then round again.
    point(((active + 1 + step + places.length + 1) % (places.length + 1)) - 1);
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the field
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) choose([...list.children].indexOf(option));
  });
}
