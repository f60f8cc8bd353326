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
  if (!button) return;
  event.preventDefault();
  if (button.dataset.reveal) reveal(button);
  else act(button);
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm || event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
