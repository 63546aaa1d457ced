// What was covered of the contracts: the numbers, and each operation with its documented statuses.

const SEEN = { seen: ["good", "✓", "seen"], never: ["bad", "✗", "never seen"], exempt: ["calm", "–", "exempt"] };

function coveragePart(coverage) {
  if (!coverage) return null;
  const numbers = ({ covered, total, exempt }) => `${grouped(covered)}/${grouped(total)}${exempt ? ` + ${grouped(exempt)} exempt` : ""}`;
  const row = (name, counts) => el("tr", null, el("th", { scope: "row" }, visible(name)), [counts.operations, counts.statuses, counts.places].map((it) => el("td", null, numbers(it))));
  const heads = ["", "Operations", "Statuses", "Places"].map((it) => el("th", { scope: "col" }, it));
  const sums = el("table", { class: "numbers covered" }, el("caption", { class: "unseen" }, "Coverage of each contract"), el("thead", null, el("tr", null, heads)), el("tbody", null, coverage.apis.map((it) => row(it.api, it.counts))));
  return part("Contract coverage", sums, coverage.apis.map(matrix), lostItems(coverage.change));
}

function matrix({ api, operations }) {
  const mark = (state, text) => el("span", { class: `seen ${state}` }, el("span", { class: `sign ${SEEN[state][0]}`, "aria-hidden": "true" }, SEEN[state][1]), visible(text), unseen(`, ${SEEN[state][2]}`));
  const row = ({ operation, state, statuses }) => el("tr", null, el("th", { scope: "row" }, mark(state, operation)), el("td", null, statuses.map((it) => mark(it.state, it.status))));
  const table = el("table", { class: "matrix" }, el("caption", { class: "unseen" }, `Operations of ${api} and their documented statuses`), el("tbody", null, operations.map(row)));
  const isOpen = operations.some((it) => [it, ...it.statuses].some(({ state }) => state === "never"));
  return el("details", { class: "matrix-of", open: isOpen }, el("summary", null, visible(api)), table);
}

function lostItems(change) {
  if (!change || change.lost.length === 0) return null;
  const items = change.lost.map(({ api, item }) => el("li", null, visible(`${api}: ${item}`)));
  return [el("p", null, `${counted(items.length, "item")} covered once and not any more:`), el("ul", { class: "plain" }, items)];
}
