// Long lists: drawn piece by piece as they come into sight.

const PIECE = 60;

// How many entries are drawn for paper.
const PAPER_MAX = 300;

let lists = [];

// A list whose entries are made by `draw` when they are needed.
function lazyList(entries, draw, attributes) {
  const node = el("div", { class: "entries", ...attributes });
  const more = el("div", { class: "more", "aria-hidden": "true" });
  node.append(more);
  let drawn = 0;
  const until = (wanted) => {
    const end = Math.min(wanted, entries.length);
    const piece = document.createDocumentFragment();
    for (; drawn < end; drawn += 1) piece.append(draw(entries[drawn], drawn));
    more.before(piece);
    if (drawn === entries.length) more.remove();
  };
  until(PIECE);
  if (drawn < entries.length) {
    const watch = new IntersectionObserver(
      (seen) => {
        if (!seen.some((it) => it.isIntersecting)) return;
        until(drawn + PIECE);
        watch.unobserve(more);
        if (drawn < entries.length) watch.observe(more);
      },
      { rootMargin: "800px" },
    );
    watch.observe(more);
  }
  const list = { node, until, length: entries.length };
  lists = [...lists.filter((it) => it.node.isConnected), list];
  return list;
}

addEventListener("beforeprint", () => lists.forEach((list) => list.until(PAPER_MAX)));

// The header of an entry that opens: a real button; what is inside is made when it is opened.
function opening(id, header, inside, attributes) {
  const body = el("div", { class: "inside", id: `in-${id}`, hidden: true });
  const head = el(
    "button",
    {
      type: "button",
      class: "head item",
      "aria-expanded": "false",
      "aria-controls": body.id,
      "data-id": id,
      onclick: () => toggle(entry),
    },
    header,
  );
  const node = el("section", { class: "entry", ...attributes }, el("h3", null, head), body);
  const entry = { id, node, head, body, inside };
  node.entry = entry;
  return node;
}

// One entry is open at a time, so that the address says what is seen.
function toggle(entry, wanted = entry.body.hidden) {
  if (wanted) {
    for (const other of document.querySelectorAll(".entry > .inside:not([hidden])")) {
      if (other !== entry.body) toggle(other.parentElement.entry, false);
    }
    if (!entry.body.firstChild) add(entry.body, [entry.inside()]);
  }
  entry.body.hidden = !wanted;
  entry.head.setAttribute("aria-expanded", String(wanted));
  note({ open: wanted ? entry.id : "" });
}
