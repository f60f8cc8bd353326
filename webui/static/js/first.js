// The first-boot page: fills in what a country brings with it, says how good a password is, copies, looks for lines.
import { refuse } from "./actions.js";

const byId = (id) => document.getElementById(id);

// ------------------------------------------------------------------ place
const country = byId("country");
const zone = byId("timezone");

function zoneOf(found) {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  return found.zones.includes(own) ? own : found.zone;
}

function choose(name) {
  zone.value = name;
  if (zone.value !== name) zone.add(new Option(name, name, true, true));
  tell();
}

async function fill() {
  const answer = await fetch(`/first/country/${country.value}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const found = await answer.json();
  byId("zones-there").replaceChildren(...found.zones.map((name) => new Option(name, name)));
  choose(zoneOf(found));
  byId("emergency_numbers").value = found.emergency;
  byId("own-tones").hidden = !found.own_tones;
  byId("other-tones").hidden = found.own_tones;
  byId("for_country").value = country.value;
}

function tell() {
  const place = byId("clock-there");
  try {
    const now = new Date().toLocaleTimeString(document.documentElement.lang, {
      timeZone: zone.value,
      hour: "2-digit",
      minute: "2-digit",
    });
    place.textContent = `${place.dataset.words} ${now}.`;
  } catch {
    place.textContent = "";
  }
}

if (country) {
  country.addEventListener("change", () => fill().catch((problem) => refuse(problem.message)));
  zone.addEventListener("change", tell);
  if (zone.dataset.guess) {
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if ([...byId("zones-there").children].some((option) => option.value === own)) zone.value = own;
  }
  tell();
  setInterval(tell, 10000);
}

// ------------------------------------------------------------------ password
function word(text, words) {
  if (text.length < 10) return ["short", words.short];
  const few = new Set(text.toLowerCase()).size < 5;
  const row = /^(?:0123456789|1234567890|abcdefghij|qwert[yz]uiop)/i.test(text);
  const common = /^(?:callbox|password|passwort|admin|welcome|willkommen)[\d!.]*$/i.test(text);
  if (few || row || common) return ["weak", words.weak];
  return text.length < 16 ? ["good", words.good] : ["strong", words.strong];
}

byId("new")?.addEventListener("input", ({ target }) => {
  const [kind, said] = target.value ? word(target.value, target.dataset) : ["", ""];
  byId("strength").textContent = said;
  byId("strength").className = `strength strength-${kind}`;
});

// ------------------------------------------------------------------ copy
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const label = button.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const text = button.previousElementSibling;
    getSelection().selectAllChildren(text); // without HTTPS a page may not copy by itself, but a selection may
    if (!document.execCommand("copy")) return;
  }
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = label), 2000);
});

// ------------------------------------------------------------------ lines
const part = byId("part");
let last = part?.innerHTML;

async function look() {
  if (part.contains(document.activeElement) || document.hidden) return;
  const answer = await fetch(part.dataset.from, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) return;
  const now = await answer.text();
  if (now !== last && !part.contains(document.activeElement)) part.innerHTML = last = now;
}

if (part) setInterval(() => look().catch(() => {}), 3000);
document.querySelector(".is-invalid")?.focus();
