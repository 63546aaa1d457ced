// Deciding on changes: which one is looked at, and what a key or a button does to it.

let current = null;

function groupOf(item) {
  return view.groups.find((group) => group.items.includes(item));
}

const acts = { choose, decide: decideWith };

// Draws both halves for the change that the address names, or the first.
function beginReview() {
  current = view.items.find((item) => item.id === looked.open) ?? view.items[0] ?? null;
  drawGroups();
  drawStory();
  drawBar();
}

function drawGroups() {
  const open = current && groupOf(current);
  const list = lazyList(view.groups, (group) => groupRow(group, group === open, () => look(group.items[0], true)));
  list.until(view.groups.indexOf(open) + 1);
  view.left.replaceChildren(list.node);
  // Only the list itself scrolls: the page stays where it is.
  const row = view.left.querySelector('[aria-current="true"]');
  if (row) {
    const [top, height] = [row.offsetTop, view.left.clientHeight];
    if (top < view.left.scrollTop || top + row.offsetHeight > view.left.scrollTop + height) view.left.scrollTop = top - height / 3;
  }
}

function drawStory() {
  if (!current) return;
  const group = groupOf(current);
  view.story = lazyList(group.items, (item) => changeCard(item, acts));
  view.story.group = group;
  view.story.until(group.items.indexOf(current) + 1);
  view.right.replaceChildren(groupBar(group), view.story.node);
  markCurrent();
}

function groupBar(group) {
  const number = group.items.length;
  const hiddenOnes = group.whole - number;
  const decideAll = (decision, label, key) =>
    button([label, el("kbd", { "aria-hidden": "true" }, key)], () => decideWith(group.items, decision), { class: `decide ${decision}`, "aria-keyshortcuts": `Shift+${key}` });
  return el(
    "div",
    { class: "group-bar" },
    el("h2", null, prose(group.first.title)),
    el("p", { class: "faint" }, number === 1 ? "One change" : `The same change in ${counted(number, "place")}`, hiddenOnes > 0 && `; the filter hides ${grouped(hiddenOnes)} more`),
    number > 1 && el("div", { class: "deciding" }, decideAll("accept", `Accept all ${grouped(number)}`, "A"), decideAll("reject", `Reject all ${grouped(number)}`, "R"), decideAll("skip", "Skip all", "S")),
  );
}

function cardOf(item) {
  return document.getElementById(`change-${item.id}`);
}

function markCurrent() {
  for (const card of view.right.querySelectorAll('.change[aria-current="true"]')) card.removeAttribute("aria-current");
  if (current) cardOf(current)?.setAttribute("aria-current", "true");
}

// A change becomes the current one, because it was clicked or has the focus.
function choose(item) {
  if (item === current) return;
  current = item;
  note({ open: item.id });
  markCurrent();
}

// Goes to a change, wherever it is.
function look(item, isGroup) {
  current = item;
  note({ open: item.id });
  if (view.story.group !== groupOf(item)) {
    drawGroups();
    drawStory();
  }
  view.story.until(view.story.group.items.indexOf(item) + 1);
  markCurrent();
  const card = cardOf(item);
  card.focus({ preventScroll: true });
  (isGroup ? view.right : card).scrollIntoView({ block: "start" });
}

function move(by) {
  const at = view.items.indexOf(current) + by;
  if (view.items[at]) look(view.items[at], false);
}

function moveGroup(by) {
  const group = view.groups[view.groups.indexOf(groupOf(current)) + by];
  if (group) look(group.items[0], true);
}

// Accepting what breaks the contract needs a second, deliberate answer.
function decideWith(items, decision) {
  const breaking = items.filter(({ change }) => change.class === "breaking");
  if (decision === "accept" && breaking.length > 0) confirmBreaking(items, breaking);
  else settle(items, decision);
}

function settle(items, decision) {
  decide(items, decision);
  answered = "";
  const { decided, all } = tallyDecisions();
  const what = items.length === 1 ? items[0].change.title : counted(items.length, "change");
  say(`${DECISION_WORDS[decision]}: ${what}. ${decided} of ${all} decided`);
  redraw(items);
  const next = nextOpen(items.at(-1));
  if (next) look(next, false);
  else cardOf(current)?.focus({ preventScroll: true });
}

// The next change that nobody has decided or skipped.
function nextOpen(from) {
  const at = view.items.indexOf(from);
  const order = [...view.items.slice(at + 1), ...view.items.slice(0, at + 1)];
  return order.find((item) => !decisions.has(item.key));
}

function redraw(items) {
  for (const item of items) cardOf(item)?.replaceWith(changeCard(item, acts));
  drawGroups();
  drawBar();
  markCurrent();
}

function undoLast() {
  const key = undo();
  if (!key) return say("There is nothing to undo");
  answered = "";
  const item = view.items.find((it) => it.key === key);
  say(`undone: ${item ? item.change.title : "a change that the filter hides"}`);
  if (item) current = item;
  drawGroups();
  drawStory();
  drawBar();
  if (item) look(item, false);
}

function confirmBreaking(items, breaking) {
  const places = new Set(breaking.map(({ change }) => (change.contract ? place(change.contract) : "a place that is not known")));
  const [first, ...others] = [...places];
  const more = others.length ? ` and ${counted(others.length, "other place")}` : "";
  const held = document.activeElement;
  const dialog = el(
    "dialog",
    { class: "confirm", "aria-labelledby": "confirm-title", onclose: () => dialog.remove() },
    el("h2", { id: "confirm-title" }, sign("error"), breaking.length === 1 ? " This breaks the contract" : ` ${grouped(breaking.length)} of these break the contract`),
    el("ul", { class: "plain" }, [...places].slice(0, 8).map((it) => el("li", { class: "mono" }, it))),
    el("p", null, prose(breaking[0].change.why)),
    el("p", null, "What is accepted is what the flow has to answer from now on. The contract stays as it is."),
  );
  const close = (isSure) => {
    dialog.close();
    if (isSure) settle(items, "accept");
    else held?.focus?.();
  };
  const no = button("Go back", () => close(false), { autofocus: true });
  const yes = button(`Accept against ${visibleText(first)}${more}`, () => close(true), { class: "decide danger" });
  dialog.append(el("div", { class: "buttons" }, no, yes));
  document.body.append(dialog);
  dialog.showModal();
  no.focus();
}
