// The live page, and others that the same stream tells of (data-view): takes states from the box.
import "./actions.js";
import { anchor, take, tick } from "./morph.js";

const live = document.getElementById("live");
const down = document.getElementById("down");
const spoken = document.getElementById("spoken");
const asked = live.dataset.view ? `?${live.dataset.view}` : "";
const title = document.title;
let waitingBefore = waiting();

function show(message) {
  down.hidden = !message.down;
  if (message.down) {
    down.textContent = down.dataset.core;
    live.classList.add("stale");
    return;
  }
  live.classList.remove("stale");
  take(live, message.html);
  speak();
}

// ------------------------------------------------------------------ for ears and for the tab
function waiting() {
  return [...live.querySelectorAll("[data-waiting]")].reduce((sum, row) => sum + Number(row.dataset.waiting), 0);
}

function speak() {
  const now = waiting();
  document.title = now ? `(${now}) ${title}` : title;
  if (now !== waitingBefore && spoken) spoken.textContent = `${now} ${live.dataset.waitingWord}`;
  waitingBefore = now;
}

// ------------------------------------------------------------------ where states come from
function lost() {
  down.textContent = down.dataset.web;
  down.hidden = false;
  live.classList.add("stale");
}

async function poll() {
  try {
    const answer = await fetch(`/live/part${asked}`, { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return location.reload();
    show(await answer.json());
  } catch {
    lost();
  }
  setTimeout(poll, Number(live.dataset.every || 3000));
}

function listen() {
  const stream = new EventSource(`/events${asked}`);
  stream.onmessage = (event) => show(JSON.parse(event.data));
  stream.addEventListener("bye", () => location.reload());
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) poll();
    else lost();
  };
  addEventListener("pagehide", () => stream.close());
}

anchor(live);
setInterval(() => tick(live), 500);
addEventListener("pageshow", (event) => event.persisted && location.reload());
listen();
