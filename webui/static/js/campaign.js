// One campaign's page: the look before a start is asked for when the page is there, and again on demand.
const check = document.getElementById("check");
const again = document.getElementById("look");

async function look() {
  check.textContent = check.dataset.busy;
  again.disabled = true;
  try {
    const answer = await fetch(check.dataset.from, { headers: { Accept: "text/html, application/json;q=0.1" } });
    const text = await answer.text();
    const page = new DOMParser().parseFromString(text, "text/html");
    check.replaceChildren(...(answer.ok ? page.body : page.querySelector("main") || page.body).childNodes);
  } catch (problem) {
    check.textContent = problem.message;
  } finally {
    again.disabled = false;
  }
}

again.addEventListener("click", look);
look();
