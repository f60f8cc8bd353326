// Buttons that ask the box for something: data-post, data-send, data-confirm, data-reveal; forms with data-confirm.
document.documentElement.classList.add("js");

const token = document.querySelector('meta[name="csrf-token"]').content;

export async function post(address, body) {
  const answer = await fetch(address, {
    method: "POST",
    body,
    headers: { "X-CSRFToken": token, Accept: "application/json" },
  });
  if (answer.status === 401) location.reload();
  if (answer.ok) return answer;
  const said = await answer.json().catch(() => ({}));
  throw new Error(said.error || answer.statusText);
}

export function refuse(sentence) {
  const place = document.getElementById("refused");
  if (!place) return alert(sentence);
  place.textContent = sentence;
  place.hidden = false;
  clearTimeout(refuse.timer);
  refuse.timer = setTimeout(() => (place.hidden = true), 8000);
}

// A menu closes when something in it, or elsewhere, is pressed, and by Escape.
function close(but) {
  for (const menu of document.querySelectorAll("details.acts[open]")) if (!menu.contains(but)) menu.open = false;
}
document.addEventListener("keydown", (event) => event.key === "Escape" && close(null));

async function act(button) {
  if (button.dataset.confirm && !confirm(button.dataset.confirm)) return;
  button.disabled = true;
  try {
    await post(button.dataset.post, new URLSearchParams(button.dataset.send || ""));
  } catch (problem) {
    refuse(problem.message);
  } finally {
    button.disabled = false;
  }
}

async function reveal(link) {
  try {
    const said = await (await post(link.dataset.reveal)).json();
    const code = document.createElement("code");
    code.textContent = said.secret;
    code.dataset.kept = "";
    code.className = "secret";
    link.replaceWith(code);
  } catch (problem) {
    refuse(problem.message);
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-post], [data-reveal]");
  close(button ? null : event.target);
  if (!button) return;
  event.preventDefault();
  if (button.dataset.reveal) reveal(button);
  else act(button);
});

// On a telephone the menus scroll sideways: what is open stands in view.
for (const here of document.querySelectorAll("nav [aria-current]")) {
  const menu = here.closest("nav");
  if (menu.scrollWidth > menu.clientWidth) menu.scrollLeft = here.offsetLeft - menu.clientWidth / 3;
}

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
