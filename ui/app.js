/* The page's own behaviour, apart from articles (reader.js), conversations (history.js) and judgements (feedback.js):
   panes, keys, asking again, settings, the list of articles. Listeners sit on the document, because Gradio draws its
   parts anew and strips handlers out of messages. */
"use strict";
const citespan = (window.citespan = { pending: null, pane: "", asking: null, opening: true });
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const store = {
  get: (key, other) => { try { return JSON.parse(localStorage.getItem("citespan." + key)) ?? other; } catch { return other; } },
  set: (key, value) => { try { localStorage.setItem("citespan." + key, JSON.stringify(value)); return true; } catch { return false; } },
};
const box = () => $("#question textarea");
const wide = () => matchMedia("(min-width: 900px)").matches;
const number = (id) => Number(id.split("-")[1]);

citespan.toast = (words) => {
  const toast = $("#toast");
  toast.textContent = words;
  toast.classList.add("shown");
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => toast.classList.remove("shown"), 4000);
};

/* What a screen reader says: that it began and what came of it, once. The thread is drawn anew with every statement. */
citespan.say = (words) => { $("#heard").textContent = words; };

citespan.api = async (path, body, method = body === undefined ? "GET" : "POST", headers = {}) => {
  const sent = body === undefined ? { method, headers }
    : { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  // What is being kept outlives the page, as far as a browser allows: 64 KB in all.
  if (method === "PUT") sent.keepalive = new Blob([sent.body]).size < 60_000;
  const answer = await fetch(path, sent).catch(() => null);
  const json = (answer?.headers.get("content-type") || "").includes("json");
  const data = json ? await answer.json() : await answer?.text();
  if (!answer?.ok) throw new Error((json && data.error) || "The server does not answer. Is it still running?");
  return data;
};

/* --- panes ------------------------------------------------------------------------------------------------ */

citespan.show = (pane, from = document.activeElement) => {
  if (pane && pane !== citespan.pane) citespan.opener = from;
  citespan.pane = $(".gradio-container").dataset.pane = pane;
  for (const button of $$(".nav[aria-expanded]")) button.setAttribute("aria-expanded", String(button.id === "nav-" + pane));
  if (pane === "history") citespan.list();
  // On a phone the pane covers the chat, which then must not be reached with Tab.
  const talk = $("#talk");
  if (talk) talk.inert = Boolean(pane) && !wide();
};
citespan.close = () => {
  const back = citespan.opener?.isConnected ? citespan.opener : box();
  citespan.show("");
  back?.focus({ preventScroll: true });
};

/* --- asking ----------------------------------------------------------------------------------------------- */

citespan.order = (given) => {
  const pending = citespan.pending || {};
  citespan.pending = null;
  edit(null);
  if (!wide()) citespan.show("");
  citespan.follow = true;
  const at = pending.at ?? $$(".question").length;
  asked = at + 1;
  citespan.say("Searching the articles");
  citespan.asking = `${Date.now()}-${Math.random()}`;
  const order = { name: citespan.asking, at, articles: citespan.chosen(), settings: store.get("settings", {}) };
  return [pending.question ?? given[0], JSON.stringify(order), given[2]];
};
/* A new question goes to the top of the thread, and its answer grows below it: nothing moves under the reader's eyes. */
let asked = 0;
new MutationObserver(() => {
  // Gradio names each message by its HTML source, for screen readers to spell out.
  for (const named of $$("#thread [aria-label*='message: <']")) named.removeAttribute("aria-label");
  if (!citespan.follow) return;
  const all = $$(".question");
  if (all.length >= asked) { citespan.follow = false; all.at(-1)?.scrollIntoView({ block: "start" }); }
}).observe(document, { childList: true, subtree: true });

const type = (words) => {
  box().value = words;
  box().dispatchEvent(new Event("input", { bubbles: true }));
  box().focus();
};
const ask = (question, at) => { citespan.pending = { question, at }; $("#send")?.click(); };
const question = (n) => $$(".question p")[n]?.innerText ?? "";
const again = (n) => {
  const later = $$(".question").length - n - 1;
  if (later && !confirm(`Ask this again? What follows it goes: ${later} ${later === 1 ? "question" : "questions"}.`)) return;
  ask(question(n), n);
};
const edit = (n) => {
  const line = $("#editing");
  line.textContent = n === null ? "" : `Changing question ${n + 1}: what follows it goes. Esc keeps it.`;
  line.dataset.at = n ?? "";
};

/* A question asked while a conversation is being opened waits until it is there. */
let held = false;
const hold = (event) => {
  if (!citespan.opening) return;
  event.preventDefault();
  event.stopPropagation();
  held = true;
};
citespan.release = () => {
  if (held) $("#send").click();
  held = false;
};
document.addEventListener("click", (event) => { if (event.target.closest("#send")) hold(event); }, true);

document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  if (button.matches(".example")) ask(button.innerText);
  else if (button.matches(".act.retry")) again(number(button.id));
  else if (button.matches(".act.edit")) { edit(number(button.id)); type(question(number(button.id))); }
  else if (button.matches(".view .close")) citespan.close();
  else if (button.id === "nav-new") citespan.fresh();
  else if (button.matches(".nav")) citespan.pane === button.id.slice(4) ? citespan.close() : openPane(button);
});
const openPane = (button) => {
  citespan.show(button.id.slice(4), button);
  $(`#${citespan.pane}-view .close`)?.focus({ preventScroll: true });
};

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  const typing = event.target.matches("input, textarea, select");
  if (event.key === "Enter" && !event.shiftKey && event.target === box()) {
    const at = $("#editing").dataset.at;
    if (at !== "") citespan.pending = { question: box().value, at: Number(at) };
    hold(event);
  } else if (event.key === "Escape") {
    if (citespan.untip()) return;
    if ($("#editing").dataset.at !== "") { edit(null); type(""); }
    else if (citespan.pane) citespan.close();
  } else if (typing) return;
  else if (event.key === "[" || event.key === "]") { if (citespan.pane === "reader") citespan.step(event.key === "]" ? 1 : -1); }
  else if (event.key === "/") { event.preventDefault(); box().focus(); }
}, true);

/* --- settings --------------------------------------------------------------------------------------------- */

document.addEventListener("change", (event) => {
  const at = event.target;
  if (!at.closest("#settings-view") || !at.name) return;
  const value = at.type === "number" ? Math.min(12, Math.max(1, Math.round(Number(at.value) || 1))) : at.value;
  if (at.type === "number") at.value = value;
  store.set("settings", { ...store.get("settings", {}), [at.name]: value });
});

/* --- when the page is there ------------------------------------------------------------------------------- */

citespan.ready = () => {
  document.documentElement.lang = "en";
  $("#thread [role=log]")?.setAttribute("aria-live", "off");
  const kept = store.get("settings", {});
  for (const input of $$("#settings-view input"))
    if (input.name in kept) input.type === "radio" ? (input.checked = input.value === kept[input.name]) : (input.value = kept[input.name]);
  citespan.relist().then(() => { if (wide() && !citespan.pane) citespan.show("library"); });
  box()?.focus();
};
