// The forms: hear a typed text before it is saved, and no lost typing.
import { post, refuse } from "./actions.js";

let playing = null;

async function listen(button) {
  const text = document.getElementById(button.dataset.listen).value.trim();
  if (!text) return document.getElementById(button.dataset.listen).focus();
  const label = button.textContent;
  button.disabled = true;
  button.textContent = button.dataset.busy;
  try {
    const sound = await (await post("/setup/prompts/preview", new URLSearchParams({ text }))).blob();
    playing?.pause();
    playing = new Audio(URL.createObjectURL(sound));
    button.dataset.heard = String(sound.size);
    await playing.play();
  } catch (problem) {
    refuse(problem.message);
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-listen]");
  if (button) listen(button);
});

// A message that was heard to its end is not new any more.
document.addEventListener(
  "ended",
  async (event) => {
    const told = event.target.dataset?.heard;
    if (!told) return;
    delete event.target.dataset.heard;
    try {
      await post(told);
      event.target.closest("section")?.querySelector(".badge-new")?.remove();
    } catch (problem) {
      refuse(problem.message);
    }
  },
  true,
);

let typed = false;
document.addEventListener("input", () => (typed = true));
document.addEventListener("submit", (event) => event.defaultPrevented || (typed = false));
addEventListener("beforeunload", (event) => typed && event.preventDefault());
document.querySelector(".is-invalid")?.focus();
