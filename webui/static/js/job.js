// How a list is read: the part that changes, once a second, until it is over.
import "./actions.js";

const place = document.getElementById("job");

async function look() {
  try {
    const answer = await fetch(place.dataset.address, { headers: { Accept: "application/json" } });
    if (answer.status === 401) return location.reload();
    if (!answer.ok) throw new Error(answer.statusText);
    const said = await answer.json();
    const fresh = new DOMParser().parseFromString(said.html, "text/html").body;
    place.replaceChildren(...fresh.childNodes);
    if (!said.busy) return;
  } catch {
    // the core may be starting anew; the next look tells
  }
  setTimeout(look, 1000);
}

if (place?.dataset.busy) setTimeout(look, 700);
