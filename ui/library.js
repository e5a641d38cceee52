/* The list of articles: which of them the chat uses, filtering, removing, and adding files by choice or by drop. */
"use strict";

const boxes = () => $$(".library .choose");
citespan.chosen = () => {
  const all = boxes();
  return all.length && all.some((b) => !b.checked) ? all.filter((b) => b.checked).map((b) => b.value) : null;
};
citespan.relist = async () => {
  const list = $("#articles");
  if (!list) return;
  list.innerHTML = await citespan.api("api/library");
  const unused = new Set(store.get("unused", []));
  for (const b of boxes()) b.checked = !unused.has(b.value);
  filter();
  count();
};
const count = () => {
  const all = boxes(), used = all.filter((b) => b.checked).length;
  $("#chosen").textContent = used === all.length ? `The chat uses all ${all.length}.` : `The chat uses ${used} of ${all.length}.`;
  $("#choose-all").checked = used === all.length;
  $("#choose-all").indeterminate = used > 0 && used < all.length;
};
const filter = () => {
  const words = $("#filter").value.toLowerCase().split(/\s+/);
  for (const row of $$(".library .row")) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
};
const removeArticle = (button) => {
  const row = button.closest(".row");
  const back = "A file in a folder of yours stays where it is; it comes back when the folders are read again, unless it is moved.";
  if (!confirm(`Remove “${$(".open", row).innerText}” from the library? ${back}`)) return;
  citespan.wished = $(".choose", row).value;
  $("#do-remove").click();
};
citespan.wish = () => citespan.wished;

document.addEventListener("input", (event) => { if (event.target.id === "filter") filter(); });
document.addEventListener("change", (event) => {
  const at = event.target;
  if (at.matches(".choose, #choose-all")) {
    if (at.id === "choose-all") for (const b of boxes()) if (!b.closest(".row").hidden) b.checked = at.checked;
    store.set("unused", boxes().filter((b) => !b.checked).map((b) => b.value));
    count();
  }
});

document.addEventListener("click", (event) => {
  const button = event.target.closest(".library .remove");
  if (button) removeArticle(button);
});

/* --- adding files ------------------------------------------------------------------------------------------- */

const LARGEST = 20 * 2 ** 20, MOST = 50;
const tell = (row, name, words, kind) => {
  const bold = document.createElement("b");
  bold.textContent = name;
  row.className = kind;
  row.replaceChildren(bold, ` ${words}`);
};
const addFiles = async (files) => {
  const list = $("#uploaded");
  list.replaceChildren();
  const row = () => list.appendChild(document.createElement("li"));
  if (files.length > MOST) return tell(row(), "", `${files.length} files at once are too many; ${MOST} is the most. Add them in parts.`, "bad");
  for (const [n, file] of files.entries()) {
    const line = row();
    tell(line, file.name, `is being read (${n + 1} of ${files.length})`, "now");
    try {
      if (file.size > LARGEST) throw new Error("is larger than 20 MB. Split it, or save it as text.");
      const sent = await fetch(`api/upload?name=${encodeURIComponent(file.name)}`, {
        method: "POST", headers: { "content-type": "application/octet-stream" }, body: file,
      });
      const told = await sent.json();
      if (!sent.ok) throw new Error(told.error || "can't be sent. Is the server still running?");
      tell(line, file.name, told.message, told.good ? "good" : "bad");
    } catch (error) { tell(line, file.name, error.message, "bad"); }
  }
  citespan.relist();
};
document.addEventListener("change", (event) => {
  if (event.target.id !== "files") return;
  const files = [...event.target.files];
  event.target.value = ""; // the same file may be chosen again
  if (files.length) addFiles(files);
});

/* Files may be dropped anywhere: the list opens, and with it the place that tells what becomes of them. */
const carries = (event) => event.dataTransfer?.types.includes("Files");
for (const name of ["dragenter", "dragover"])
  document.addEventListener(name, (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    if (citespan.pane !== "library") citespan.show("library");
  });
document.addEventListener("drop", (event) => {
  if (!carries(event)) return;
  event.preventDefault();
  addFiles([...event.dataTransfer.files]);
});
