/* Judgements of an answer: right, or wrong with what would be right: typed, or selected in an article. The server checks
   them and keeps them as gold. */
"use strict";

let judged = null, picks = []; // the answer that is corrected, and the words that were selected for it

const send = async (judgement) => {
  const { rows } = await citespan.api("api/feedback", judgement);
  citespan.toast(`Kept for the evaluation: ${rows} ${rows === 1 ? "judgement" : "judgements"} so far.`);
};
const pressed = (name, n) => {
  for (const other of ["right", "wrong"]) $(`#${other}-${n}`)?.setAttribute("aria-pressed", String(other === name));
};
const correct = (n) => {
  const answer = turns()[n]?.answer;
  if (!answer) return;
  if (judged !== n) { picks = []; $("#correct").value = ""; $("#unanswerable").checked = false; }
  judged = n;
  $("#correction-question").textContent = answer.question;
  $("#correction-error").textContent = "";
  $("#picked").replaceChildren(...picks.map((p) => Object.assign(document.createElement("li"), { textContent: `“${p.quote}”` })));
  $("#correction").showModal();
};

/* The characters that are selected in the open article, with their place in the file; null when there are none. */
const selected = () => {
  const selection = getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0), inside = (node) => (node.nodeType === 3 ? node.parentElement : node).closest("#reader-body p[data-o]");
  const first = inside(range.startContainer);
  if (!first) return null;
  const before = document.createRange();
  before.setStart(first, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const words = document.createRange();
  words.setStart(range.startContainer, range.startOffset);
  // A selection that runs on into the next paragraph ends with this one.
  inside(range.endContainer) === first ? words.setEnd(range.endContainer, range.endOffset) : words.setEnd(first, first.childNodes.length);
  const quote = words.toString(), start = Number(first.dataset.o) + [...before.toString()].length;
  return quote.trim() && { source: $("#reader-body .article").dataset.source, start, end: start + [...quote].length, quote };
};
document.addEventListener("selectionchange", () => {
  const button = $("#pick");
  if (button && document.activeElement !== button) button.hidden = !selected() || !answers().length;
});
document.addEventListener("mousedown", (event) => { if (event.target.closest("#pick")) event.preventDefault(); });

document.addEventListener("click", async (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  try {
    if (button.matches(".act.right")) {
      await send({ answer: turns()[number(button.id)].answer, right: true });
      pressed("right", number(button.id));
    }
    else if (button.matches(".act.wrong")) correct(number(button.id));
    else if (button.id === "pick") {
      const words = selected(), n = judged ?? turns().findLastIndex((t) => t.answer);
      if (judged === null) judged = n;
      if (words) { picks.push(words); correct(n); }
    } else if (button.id === "select") {
      $("#correction").close();
      const cited = $(`#a-${judged} a.open`);
      cited ? cited.click() : citespan.show("library");
      citespan.toast("Select the right words in an article, then press “Use as the right answer”.");
    } else if (button.id === "correction-send") {
      event.preventDefault();
      await send({
        answer: turns()[judged].answer, right: false, correction: $("#correct").value, evidence: picks,
        unanswerable: $("#unanswerable").checked,
      });
      $("#correction").close();
      pressed("wrong", judged);
      judged = null;
      picks = [];
    }
  } catch (error) {
    $("#correction").open ? ($("#correction-error").textContent = error.message) : citespan.toast(error.message);
  }
});
