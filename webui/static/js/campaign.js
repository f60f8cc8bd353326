// One campaign's page: the look before a start is asked for when the page is there, and again on demand; a
// rehearsal when it is asked for.
async function put(into, from, button) {
  into.textContent = into.dataset.busy;
  button.disabled = true;
  try {
    const answer = await fetch(from, { headers: { Accept: "text/html, application/json;q=0.1" } });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    into.replaceChildren(...(answer.ok ? page.body : page.querySelector("main") || page.body).childNodes);
  } catch (problem) {
    into.textContent = problem.message;
  } finally {
    button.disabled = false;
  }
}

const check = document.getElementById("check");
const again = document.getElementById("look");
const look = () => put(check, check.dataset.from, again);
again.addEventListener("click", look);
look();

const form = document.getElementById("rehearse");
form.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = `${form.getAttribute("action")}?${new URLSearchParams(new FormData(form))}`;
  put(document.getElementById("rehearsal"), asked, form.querySelector("button"));
});
