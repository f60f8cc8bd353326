// What pages that go on by themselves share: time that counts up, and changing only what is different, so that
// focus and reading stay put.

// ------------------------------------------------------------------ time that counts up
export function anchor(root) {
  for (const time of root.querySelectorAll("[data-start]"))
    time.began ??= performance.now() - Number(time.dataset.start) * 1000;
}

// A negative start counts down to 0.
export function tick(root) {
  for (const time of root.querySelectorAll("[data-start]")) {
    const passed = (performance.now() - time.began) / 1000;
    const seconds = time.dataset.start < 0 ? Math.max(0, Math.ceil(-passed)) : Math.max(0, Math.floor(passed));
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

export function morph(old, now) {
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
    if (old.dataset.own !== undefined) return; // where the reader has got to, and has typed, stays
    attributes(old, now);
    if (old.dataset.start !== undefined) old.began = performance.now() - Number(now.dataset.start) * 1000;
    else morph(old, now);
  }
}

// The HTML of a part takes the place of what a node shows.
export function take(root, html) {
  const now = document.createElement("div");
  now.append(new DOMParser().parseFromString(html, "text/html").body);
  morph(root, now.firstChild);
  anchor(root);
  tick(root);
}
