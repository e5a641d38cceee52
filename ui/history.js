/* Conversations: reopened, listed, exported, copied. The one on the page is in memory; where it is kept besides is this
   browser alone, or a file of the store if the server was started so. A turn is the question and the Answer JSON; the
   server renders it again when it is reopened, so that changed articles show. */
"use strict";

const KEEP = 50; // conversations in the browser; the oldest go first
let now = { id: null, turns: [] };
const turns = () => now.turns;
const answers = () => turns().map((t) => t.answer).filter(Boolean);

/* The two places, with the same four verbs. */
const inBrowser = {
  list: async () => store.get("conversations", []),
  load: async (id) => {
    const kept = store.get("turns." + id, localStorage.getItem("citespan.turns." + id) === null ? [] : null);
    if (!Array.isArray(kept)) throw new Error("What this browser kept of the conversation is damaged.");
    return kept;
  },
  save: async (id, kept) => {
    const others = store.get("conversations", []).filter((c) => c.id !== id);
    const list = [{ id, title: kept[0].question.slice(0, 120), when: new Date().toISOString(), turns: kept.length }, ...others];
    const drop = (old) => localStorage.removeItem("citespan.turns." + old.id);
    list.splice(KEEP).forEach(drop);
    while (!store.set("turns." + id, kept)) { // the browser's room is full
      if (list.length < 2) throw new Error("This browser has no room left to keep the conversation. Export it.");
      drop(list.pop());
    }
    store.set("conversations", list);
  },
  drop: async (id) => {
    localStorage.removeItem("citespan.turns." + id);
    store.set("conversations", store.get("conversations", []).filter((c) => c.id !== id));
  },
};
const key = () => {
  const own = store.get("key") ?? [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
  store.set("key", own);
  return own;
};
const file = (id, body, method) => citespan.api("api/conversations" + (id && `/${id}`), body, method, { "x-citespan-key": key() });
const inFile = {
  list: async () => (await file("")).conversations,
  load: async (id) => (await file(id)).turns,
  save: (id, kept) => file(id, kept, "PUT"),
  drop: (id) => file(id, undefined, "DELETE"),
};
const keeper = () => ($("meta[name=citespan-kept]").content === "file" ? inFile : inBrowser);

addEventListener("hashchange", () => { if (location.hash.startsWith("#mine/")) location.reload(); });

/* What the server is given when the page is opened: the conversation that this tab showed last. */
citespan.saved = async () => {
  const id = wanted();
  now = { id, turns: [] };
  const mine = location.hash.match(/^#mine\/([A-Za-z0-9-]{8,64})$/); // a link from another browser of the same person
  if (mine) {
    history.replaceState(null, "", location.pathname);
    if (mine[1] !== store.get("key") && confirm("Keep this browser’s conversations where this link leads? Whoever gave it to you can read them there."))
      store.set("key", mine[1]);
  }
  try { if (id) now.turns = await keeper().load(id); } catch (error) { citespan.unopened(error.message); }
  setTimeout(() => { citespan.ready(); citespan.list(); });
  return JSON.stringify(now.turns);
};

/* One that can't be shown stays as it was kept: what is asked next begins another. */
citespan.unopened = (words) => {
  now = { id: null, turns: [] };
  sessionStorage.removeItem("citespan.current");
  citespan.toast(`${words} The conversation stays as it was kept, under History.`);
};

citespan.keep = async (turn) => {
  const ours = turn?.question && turn.name === citespan.asking && !citespan.opening; // not one that another conversation ended
  citespan.asking = null;
  if (ours) {
    const shown = (part) => $(`#a-${turn.index} > ${part}`)?.innerText ?? "";
    citespan.say(turn.answer ? `${turn.answer.answer} ${shown(".unsure")}` : shown(":is(.fine, p:only-of-type)"));
    now.id ??= crypto.randomUUID?.() ?? `${Date.now()}-${String(Math.random()).slice(2)}`;
    now.turns = [...now.turns.slice(0, turn.index), { question: turn.question, answer: turn.answer }];
    sessionStorage.setItem("citespan.current", now.id);
    try { await keeper().save(now.id, now.turns); } catch (error) { citespan.toast(error.message); }
    citespan.list();
  }
  // The cursor goes back to the box, unless the reader has gone elsewhere meanwhile.
  const active = document.activeElement;
  if (!active || active === document.body || active.id === "send" || active.id === "stop") box()?.focus({ preventScroll: true });
};

/* Opening a conversation ends the question that is still being asked. Its end is waited for: its last frame must not come
   after what is opened, and until then Gradio would drop the next question without a word. What is asked meanwhile is
   held (`ui/app.js`) until the conversation is there. */
const wanted = () => sessionStorage.getItem("citespan.current");
const open = async (id) => {
  judged = null;
  picks = [];
  edit(null);
  id ? sessionStorage.setItem("citespan.current", id) : sessionStorage.removeItem("citespan.current");
  if (citespan.opening) return; // `opened` will see that another is wanted
  citespan.opening = true;
  for (let tries = 0; citespan.asking && tries < 30; tries++) {
    $("#stop").click();
    await new Promise((go) => setTimeout(go, 100));
  }
  $("#do-open").click();
};
citespan.opened = (shown) => { // how many turns the server could show
  if (wanted() !== now.id) return $("#do-open").click();
  if (now.id && shown !== now.turns.length) citespan.unopened("It can’t be shown.");
  citespan.opening = false;
  citespan.release();
};
citespan.fresh = () => { open(null); citespan.show(wide() ? "library" : ""); box()?.focus(); };

citespan.list = async () => {
  const list = $("#conversations");
  if (!list) return;
  let held = [];
  try { held = await keeper().list(); } catch (error) { citespan.toast(error.message); }
  list.replaceChildren(...held.map((c) => {
    const row = document.createElement("li"), go = document.createElement("button"), drop = document.createElement("button");
    go.type = drop.type = "button";
    go.className = "conversation";
    go.dataset.id = drop.dataset.id = c.id;
    go.textContent = c.title;
    const when = document.createElement("small");
    when.textContent = `${new Date(c.when).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })} · ${c.turns} ${c.turns === 1 ? "question" : "questions"}`;
    go.append(when);
    if (c.id === now.id) go.setAttribute("aria-current", "true");
    drop.className = "forget";
    drop.textContent = "Delete";
    drop.setAttribute("aria-label", `Delete ${c.title}`);
    row.append(go, drop);
    return row;
  }));
  if (!list.children.length) list.innerHTML = "<li class='empty'>Nothing has been asked yet.</li>";
  for (const id of ["export-md", "export-json"]) $("#" + id).disabled = !answers().length;
};

const download = (text, name, type) => {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const copy = async (text) => {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea"); // plain http on another machine has no clipboard
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
};

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  try {
    if (button.matches(".conversation")) { open(button.dataset.id); if (!wide()) citespan.show(""); }
    else if (button.matches(".forget")) {
      if (!confirm(`Delete “${$(".conversation", button.closest("li")).firstChild.data}”?`)) return;
      await keeper().drop(button.dataset.id);
      button.dataset.id === now.id ? open(null) : await citespan.list();
      $("#history-view .close").focus();
    } else if (button.id === "mine") {
      await copy(`${location.origin}${location.pathname}#mine/${key()}`);
      citespan.toast("Copied. Whoever has this link sees these conversations.");
    } else if (button.id === "export-md") download(await citespan.api("api/export", answers()), "conversation.md", "text/markdown");
    else if (button.id === "export-json") download(JSON.stringify(answers(), null, 2), "conversation.json", "application/json");
    else if (button.matches(".act.copy")) {
      const answer = turns()[number(button.id)]?.answer;
      if (answer) { await copy(await citespan.api("api/export", [answer])); citespan.toast("Copied, with its sources."); }
    }
  } catch (error) { citespan.toast(error.message); }
});
