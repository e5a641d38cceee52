/* Citations: the card that appears over a marker, and the article that opens beside the chat with the cited
   characters highlighted. `[` and `]` step through the citations of one answer. */
"use strict";

const parse = (link) => {
  const [, article, span] = link.getAttribute("href").slice(1).split("/");
  return { article, span: span || "", link };
};
const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;
let route = [], at = 0; // the citations that can be stepped through, and which of them is shown

/* Every citation of the answer a link stands in, once each and in order; just the link when it is in no answer. */
const around = (link) => {
  const cards = $$(".card a.open", link.closest(".answer") || document.createElement("i"));
  return (cards.length && (link.matches(".cite") || link.closest(".card")) ? cards : [link]).map(parse);
};

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.cite, a.open");
  if (link) {
    event.preventDefault();
    citespan.untip();
    route = around(link);
    const here = parse(link);
    at = Math.max(0, route.findIndex((c) => c.article === here.article && c.span === here.span));
    citespan.show("reader", link);
    read();
  } else if (event.target.closest("#prev")) citespan.step(-1);
  else if (event.target.closest("#next")) citespan.step(1);
});

citespan.step = (by) => {
  if (route.length < 2) return;
  at = (at + by + route.length) % route.length;
  read();
};

const read = async () => {
  const body = $("#reader-body"), here = route[at];
  const stale = Boolean($(".stale", here.link.closest(".card") || document.createElement("i")));
  const spans = route.filter((c) => c.article === here.article && c.span).map((c) => c.span);
  const cited = Boolean(here.span);
  $("#place").textContent = cited ? `Citation ${at + 1} of ${route.length}` : "";
  for (const id of ["prev", "next"]) $("#" + id).hidden = !cited || route.length < 2;
  for (const old of $$(".cite.now")) old.classList.remove("now");
  for (const cite of $$("a.cite", here.link.closest(".answer") || document.createElement("i")))
    if (cite.getAttribute("href") === here.link.getAttribute("href")) cite.classList.add("now");
  try {
    const page = await citespan.api(`api/read?article=${here.article}&marks=${spans.join(",")}&stale=${stale}`);
    if (here !== route[at]) return; // the reader has stepped on meanwhile
    body.innerHTML = page.html;
    $("#what").textContent = $("#what").title = cited ? page.about : "";
    if (page.changed) {
      const note = document.createElement("p");
      note.className = "changed";
      note.textContent = "This article has changed since it was cited. The words were: “" +
        ($("blockquote", here.link.closest(".card"))?.innerText ?? "") + "”";
      body.prepend(note);
    }
    const marks = $$("mark.m" + spans.indexOf(here.span), body);
    for (const mark of marks) mark.classList.add("now");
    body.scrollTop = 0;
    if (cited && marks.length) marks[0].scrollIntoView({ block: "center", behavior: calm() ? "auto" : "smooth" });
  } catch (error) {
    body.textContent = error.message;
  }
  $("#reader").focus({ preventScroll: true });
};

/* --- the card over a marker ------------------------------------------------------------------------------- */

const tip = (marker) => {
  const card = document.getElementById(marker.id.replace("c-", "card-")), box = $("#tip");
  if (!card || !box) return;
  box.replaceChildren($(".head", card.closest(".source")).cloneNode(true), ...card.cloneNode(true).childNodes);
  box.classList.add("shown");
  marker.setAttribute("aria-describedby", "tip");
  const place = marker.getBoundingClientRect(), size = box.getBoundingClientRect();
  const left = Math.min(Math.max(8, place.left - 24), document.documentElement.clientWidth - size.width - 8);
  const above = place.top - size.height - 8;
  box.style.left = `${left}px`;
  box.style.top = `${above >= 8 ? above : place.bottom + 8}px`;
};
citespan.untip = () => {
  const shown = $("#tip")?.classList.contains("shown");
  $("#tip")?.classList.remove("shown");
  return shown;
};
for (const event of ["mouseover", "focusin"])
  document.addEventListener(event, (e) => { const marker = e.target.closest?.("a.cite"); if (marker) tip(marker); });
for (const event of ["mouseout", "focusout"])
  document.addEventListener(event, (e) => { if (e.target.closest?.("a.cite")) citespan.untip(); });
document.addEventListener("scroll", () => citespan.untip(), true);
