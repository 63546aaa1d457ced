// The keyboard. Enter and Esc decide nothing.

const KEYS = [
  ["j  k", "the next, the previous entry"],
  ["J  K", "the next, the previous group of changes"],
  ["Enter", "opens and closes an entry; it decides nothing"],
  ["a  r  s", "accept, reject, skip the change"],
  ["A  R  S", "the same for its whole group"],
  ["u", "undo the last decision"],
  ["1 …", "the views, in their order"],
  ["/", "the filter"],
  ["Esc", "leaves the filter or a window; it decides nothing"],
  ["?", "this help"],
];

const REVIEW_KEYS = { a: "accept", r: "reject", s: "skip" };

let areKeysOn = true;

function onKey(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (key === "Enter" && target.closest?.("button.decide")) {
    event.preventDefault();
    say("Enter decides nothing; press the space bar, or the letter of the button");
    return;
  }
  if (document.querySelector("dialog[open]")) return;
  if (target.matches?.("input, select, textarea")) {
    if (key === "Escape") document.getElementById("main").focus();
    return;
  }
  if (areKeysOn && press(key)) event.preventDefault();
}

function press(key) {
  if (key === "/") document.getElementById("filter").focus();
  else if (key === "?") help();
  else if (VIEWS[Number(key) - 1]) location.hash = addressOf({ tab: VIEWS[Number(key) - 1] });
  else if (looked.tab === "changes" && view.items?.length) return pressInReview(key);
  else if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else return false;
  return true;
}

function pressInReview(key) {
  const decision = REVIEW_KEYS[key.toLowerCase()];
  if (key === "j" || key === "k") move(key === "j" ? 1 : -1);
  else if (key === "J" || key === "K") moveGroup(key === "J" ? 1 : -1);
  else if (key === "u") undoLast();
  else if (decision && key.length === 1) decideWith(key in REVIEW_KEYS ? [current] : groupOf(current).items, decision);
  else return false;
  return true;
}

// To the next or the previous entry of a list.
function step(by) {
  if (!view.entries?.length) return;
  const held = document.activeElement?.closest?.(".entry")?.entry?.id ?? looked.open;
  const at = view.entries.indexOf(held);
  const next = at < 0 ? 0 : Math.min(Math.max(at + by, 0), view.entries.length - 1);
  view.list?.until(next + 1);
  const head = headOf(view.entries[next]);
  head?.focus({ preventScroll: true });
  head?.scrollIntoView({ block: "nearest" });
}

function headOf(id) {
  return document.querySelector(`.item[data-id="${CSS.escape(id)}"]`);
}

function help() {
  const rows = KEYS.map(([keys, what]) =>
    el("tr", null, el("th", { scope: "row" }, keys.split("  ").map((key, at) => [at ? " " : "", el("kbd", null, key)])), el("td", null, what)),
  );
  const held = document.activeElement;
  const dialog = el("dialog", { class: "help", "aria-labelledby": "help-title", onclose: () => (dialog.remove(), held?.focus?.()) });
  const onOff = el("input", { type: "checkbox", onchange: () => (areKeysOn = onOff.checked) });
  onOff.checked = areKeysOn;
  add(dialog, [
    el("h2", { id: "help-title" }, "Keys"),
    el("table", null, el("tbody", null, rows)),
    el("label", { class: "on-off" }, onOff, " Keys of one letter are on"),
    el("div", { class: "buttons" }, button("Close", () => dialog.close(), { autofocus: true })),
  ]);
  document.body.append(dialog);
  dialog.showModal();
}
