// The agent's page: keys for buttons, forms that stay on the page, the way through a script.
import { post, refuse } from "./actions.js";

const WAIT = 700; // milliseconds for a second digit of a key
let typed = "";
let timer = null;

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.dataset.ajax === undefined || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter;
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  if (button) button.disabled = true;
  try {
    await post(form.action, body);
    for (const menu of form.querySelectorAll("details.acts[open]")) menu.open = false;
    form.closest("details.acts")?.removeAttribute("open");
  } catch (problem) {
    refuse(problem.message);
  } finally {
    if (button) button.disabled = false;
  }
});

document.addEventListener("click", (event) => {
  const way = event.target.closest("[data-part]");
  if (way) {
    event.preventDefault();
    const script = way.closest(".script");
    for (const part of script.querySelectorAll(".script-part")) part.classList.toggle("now", part.id === `part-${way.dataset.part}`);
    script.querySelector(".script-part.now a")?.focus();
  }
  const fill = event.target.closest("[data-fill]");
  if (fill) document.getElementById(fill.dataset.fill).value = fill.dataset.value;
});

// ------------------------------------------------------------------ keys
function press(keys) {
  const button = document.querySelector(`[data-keys="${CSS.escape(keys)}"]:not(:disabled)`);
  typed = "";
  if (!button) return;
  button.focus();
  button.click();
  if (button.tagName === "SUMMARY" && button.parentElement.open)
    button.parentElement.querySelector("input, select, button")?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.target.closest("input, select, textarea") || event.key.length !== 1) return;
  clearTimeout(timer);
  typed += event.key.toLowerCase();
  const known = [...document.querySelectorAll("[data-keys]")].map((button) => button.dataset.keys);
  const begun = known.filter((keys) => keys.startsWith(typed));
  if (!begun.length) typed = "";
  else if (begun.length === 1 && begun[0] === typed) press(typed);
  else timer = setTimeout(() => press(typed), WAIT);
});
