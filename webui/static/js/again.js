// A part of a page that is asked for again and again while somebody looks.
import "./actions.js";
import { anchor, take, tick } from "./morph.js";

const SECONDS = 2;
const part = document.getElementById("again");
const down = document.getElementById("down");

async function again() {
  if (!document.hidden) {
    try {
      const answer = await fetch(part.dataset.from);
      if (answer.status === 404 || answer.redirected) return location.reload();
      if (!answer.ok) throw new Error(answer.statusText);
      take(part, await answer.text());
      down.hidden = true;
    } catch {
      down.hidden = false;
    }
    part.classList.toggle("stale", !down.hidden);
  }
  setTimeout(again, SECONDS * 1000);
}

anchor(part);
setInterval(() => tick(part), 500);
setTimeout(again, SECONDS * 1000);
