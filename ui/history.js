/* Conversations: kept in this browser alone, reopened with their citations, exported, copied. Each turn is kept as the
   question and the Answer JSON; the server renders it again when it is reopened, so that changed articles show. */
"use strict";

const KEEP = 50; // conversations; the oldest go first
const current = () => sessionStorage.getItem("citespan.current");
const turns = (id = current()) => (id && store.get("turns." + id, [])) || [];
const conversations = () => store.get("conversations", []);
const forget = (id) => {
  localStorage.removeItem("citespan.turns." + id);
  store.set("conversations", conversations().filter((c) => c.id !== id));
};

citespan.saved = () => {
  setTimeout(citespan.ready);
  return JSON.stringify(turns());
};

citespan.keep = (turn) => {
  if (turn && turn.question) {
    const id = current() || (crypto.randomUUID?.() ?? String(Math.random()).slice(2));
    sessionStorage.setItem("citespan.current", id);
    const kept = [...turns(id).slice(0, turn.index), { question: turn.question, answer: turn.answer }];
    const others = conversations().filter((c) => c.id !== id);
    const list = [{ id, title: kept[0].question.slice(0, 120), when: new Date().toISOString(), turns: kept.length }, ...others];
    for (const old of list.splice(KEEP)) forget(old.id);
    while (!store.set("turns." + id, kept) && list.length > 1) forget(list.pop().id); // the browser's room is full
    store.set("conversations", list);
    citespan.list();
  }
  // The cursor goes back to the box, unless the reader has gone elsewhere meanwhile.
  const active = document.activeElement;
  if (!active || active === document.body || active.id === "send" || active.id === "stop") box()?.focus({ preventScroll: true });
};

const open = (id) => {
  id ? sessionStorage.setItem("citespan.current", id) : sessionStorage.removeItem("citespan.current");
  $("#do-open").click();
  citespan.list();
};
citespan.fresh = () => { open(null); citespan.show(wide() ? "library" : ""); box()?.focus(); };

citespan.list = () => {
  const list = $("#conversations");
  if (!list) return;
  list.replaceChildren(...conversations().map((c) => {
    const row = document.createElement("li"), go = document.createElement("button"), drop = document.createElement("button");
    go.type = drop.type = "button";
    go.className = "conversation";
    go.dataset.id = drop.dataset.id = c.id;
    go.textContent = c.title;
    const when = document.createElement("small");
    when.textContent = `${new Date(c.when).toLocaleString("en-GB", { dateStyle: "medium", timeStyle: "short" })} · ${c.turns} asked`;
    go.append(when);
    if (c.id === current()) go.setAttribute("aria-current", "true");
    drop.className = "forget";
    drop.textContent = "Delete";
    drop.setAttribute("aria-label", `Delete ${c.title}`);
    row.append(go, drop);
    return row;
  }));
  if (!list.children.length) list.innerHTML = "<li class='empty'>Nothing has been asked yet.</li>";
  for (const id of ["export-md", "export-json"]) $("#" + id).disabled = !answers().length;
};

const answers = () => turns().map((t) => t.answer).filter(Boolean);
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
      forget(button.dataset.id);
      button.dataset.id === current() ? open(null) : citespan.list();
      $("#history-view .close").focus();
    } else if (button.id === "export-md") download(await citespan.api("api/export", answers()), "conversation.md", "text/markdown");
    else if (button.id === "export-json") download(JSON.stringify(answers(), null, 2), "conversation.json", "application/json");
    else if (button.matches(".act.copy")) {
      const answer = turns()[number(button.id)]?.answer;
      if (answer) { await copy(await citespan.api("api/export", [answer])); citespan.toast("Copied, with its sources."); }
    }
  } catch (error) { citespan.toast(error.message); }
});
