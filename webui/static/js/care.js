// Upkeep: shows how a job goes, and uploads a backup in parts so that it may be of any size.
import { post, refuse } from "./actions.js";

const now = document.getElementById("care-now");

async function look() {
  try {
    const answer = await fetch("/care/now", { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.statusText);
    const said = await answer.json();
    if (!said.busy) return location.reload();
    const fresh = new DOMParser().parseFromString(said.html, "text/html").body;
    now.replaceChildren(...fresh.childNodes);
  } catch {
    // the core may be starting anew; the next look tells
  }
  setTimeout(look, 1000);
}

async function upload(form, file) {
  const part = Number(form.dataset.part);
  const progress = document.getElementById("restore-progress");
  progress.hidden = false;
  progress.max = file.size;
  for (let start = 0; start < file.size; start += part) {
    const address = `/care/restore/part?start=${start}&upload=${form.elements.upload.value}`;
    const said = await (await post(address, file.slice(start, start + part))).json();
    form.elements.upload.value = said.upload;
    progress.value = Math.min(start + part, file.size);
  }
}

const form = document.getElementById("restore-form");
form.addEventListener("submit", async (event) => {
  const file = form.elements.file.files[0];
  if (!file || event.submitter?.formAction.endsWith("/care/copies")) return;
  event.preventDefault();
  const button = event.submitter;
  const label = button.textContent;
  button.disabled = true;
  button.textContent = form.dataset.busy;
  form.elements.upload.value = "";
  try {
    await upload(form, file);
    form.elements.file.disabled = true;
    form.submit();
  } catch (problem) {
    refuse(problem.message);
    button.disabled = false;
    button.textContent = label;
  }
});

if (now.dataset.busy) setTimeout(look, 700);
