// The live page: takes states from the box and changes only what is different, so focus and reading stay put.
import "./actions.js";

const live = document.getElementById("live");
const down = document.getElementById("down");
const spoken = document.getElementById("spoken");
const title = document.title;
let waitingBefore = waiting();

// ------------------------------------------------------------------ time that counts up
function anchor(root) {
  for (const time of root.querySelectorAll("[data-start]"))
    time.began = performance.now() - Number(time.dataset.start) * 1000;
}

function tick() {
  for (const time of live.querySelectorAll("[data-start]")) {
    const seconds = Math.max(0, Math.floor((performance.now() - time.began) / 1000));
    const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
    const two = (n) => String(n).padStart(2, "0");
    const text = h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
    if (time.textContent !== text) time.textContent = text;
  }
}

// ------------------------------------------------------------------ from the old to the new
const keyOf = (node) => node.dataset?.key;

function attributes(old, now) {
  for (const { name, value } of [...now.attributes])
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  for (const { name } of [...old.attributes]) // what somebody opened stays open
    if (!now.hasAttribute(name) && name !== "open") old.removeAttribute(name);
}

function same(old, now) {
  return old && old.nodeType === now.nodeType && old.nodeName === now.nodeName && keyOf(old) === keyOf(now);
}

function morph(old, now) {
  if (old.isEqualNode(now)) return;
  const kept = new Map([...old.children].filter(keyOf).map((child) => [keyOf(child), child]));
  let place = old.firstChild;
  for (const child of [...now.childNodes]) {
    const wanted = keyOf(child) ? kept.get(keyOf(child)) : same(place, child) ? place : null;
    if (wanted) {
      if (wanted === place) place = place.nextSibling;
      else old.insertBefore(wanted, place);
      update(wanted, child);
    } else if (place?.dataset?.kept !== undefined && child.dataset?.reveal) {
      place = place.nextSibling; // a password somebody asked to see stays
    } else {
      old.insertBefore(child, place);
    }
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

function update(old, now) {
  if (old.nodeType === Node.TEXT_NODE) {
    if (old.data !== now.data) old.data = now.data;
  } else if (old.nodeType === Node.ELEMENT_NODE) {
    attributes(old, now);
    if (old.dataset.start !== undefined) old.began = performance.now() - Number(now.dataset.start) * 1000;
    else morph(old, now);
  }
}

function show(message) {
  down.hidden = !message.down;
  if (message.down) {
    down.textContent = down.dataset.core;
    live.classList.add("stale");
    return;
  }
  live.classList.remove("stale");
  const now = document.createElement("div");
  now.append(new DOMParser().parseFromString(message.html, "text/html").body);
  morph(live, now.firstChild);
  anchorNew();
  tick();
  speak();
}

function anchorNew() {
  for (const time of live.querySelectorAll("[data-start]"))
    if (time.began === undefined) time.began = performance.now() - Number(time.dataset.start) * 1000;
}

// ------------------------------------------------------------------ for ears and for the tab
function waiting() {
  return [...live.querySelectorAll("[data-waiting]")].reduce((sum, row) => sum + Number(row.dataset.waiting), 0);
}

function speak() {
  const now = waiting();
  document.title = now ? `(${now}) ${title}` : title;
  if (now !== waitingBefore) spoken.textContent = `${now} ${live.dataset.waitingWord}`;
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
    const answer = await fetch("/live/part", { headers: { Accept: "application/json" } });
    if (answer.status === 401 || answer.status === 403) return location.reload();
    show(await answer.json());
  } catch {
    lost();
  }
  setTimeout(poll, 3000);
}

function listen() {
  const stream = new EventSource("/events");
  stream.onmessage = (event) => show(JSON.parse(event.data));
  stream.addEventListener("bye", () => location.reload());
  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) poll();
    else lost();
  };
  addEventListener("pagehide", () => stream.close());
}

anchor(live);
setInterval(tick, 500);
addEventListener("pageshow", (event) => event.persisted && location.reload());
listen();
