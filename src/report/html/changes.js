// What differs from the approved snapshots: groups of the same change, and each change in its story.

const CLASSES = {
  "breaking": ["✗", "bad", "breaks the contract"],
  "identity": ["≠", "bad", "another one's value"],
  "outcome": ["!", "bad", "other outcome"],
  "undocumented": ["?", "note", "undocumented"],
  "step-gone": ["−", "note", "step gone"],
  "step-new": ["+", "note", "step new"],
  "volatile": ["~", "note", "volatile?"],
  "allowed-value": ["·", "calm", "allowed value"],
  "allowed-addition": ["+", "calm", "allowed addition"],
  "allowed-removal": ["−", "calm", "allowed removal"],
  "order-only": ["±", "calm", "order only"],
  "waived": ["×", "note", "waived"],
  "unjudged": ["?", "note", "not judged"],
};

const classOf = (name) => CLASSES[name] ?? ["·", "note", name];

// All changes, and their groups: the heaviest class first, then as they came.
function findChanges(cases) {
  const groups = new Map();
  for (const it of cases.filter((one) => one.snapshot)) {
    const { snapshot } = it;
    snapshot.changes.forEach((change, order) => {
      if (!groups.has(change.group)) groups.set(change.group, { id: change.group, first: change, items: [] });
      const text = [it.path, change.step, change.title, change.why, change.class, classOf(change.class)[2], placeWords(change.place), change.old, change.new];
      groups.get(change.group).items.push({
        case: it,
        snapshot,
        change,
        order,
        id: digest(`${flowId(it)}\n${change.id}`),
        key: [it.path, snapshot.approved, snapshot.now, change.id].join("\n"),
        text: text.join("\n").toLowerCase(),
      });
    });
  }
  const names = Object.keys(CLASSES);
  const rank = (group) => Math.min(...group.items.map(({ change }) => names.indexOf(change.class) >>> 0));
  const sorted = [...groups.values()].map((group) => ({ ...group, rank: rank(group) }));
  sorted.sort((a, b) => a.rank - b.rank);
  for (const group of sorted) group.class = names[group.rank] ?? group.first.class;
  return { groups: sorted, all: sorted.flatMap((group) => group.items) };
}

// The groups that fit, with the items of them that fit.
function wantedGroups(model) {
  const q = looked.q.toLowerCase();
  const fits = (item) => (!looked.class || item.change.class === looked.class) && item.text.includes(q);
  const groups = model.changes.groups.map((group) => ({ ...group, whole: group.items.length, items: group.items.filter(fits) }));
  return groups.filter((group) => group.items.length > 0);
}

function changesView(model) {
  const { all } = model.changes;
  if (all.length === 0) {
    return empty("Nothing to review", "Every flow answered as it was approved.");
  }
  const wanted = wantedGroups(model);
  const items = wanted.flatMap((group) => group.items);
  const node = el("div", { class: "view" });
  const view = { node, shown: items.length, all: all.length, noun: "change", items };
  view.left = el("div", { class: "groups" });
  view.right = el("div", { class: "story" });
  view.groups = wanted;
  const left = el("nav", { "aria-label": "Groups of changes" }, classChoice(model), view.left);
  node.append(el("div", { class: "two-panes" }, left, view.right));
  if (items.length === 0) view.right.append(nothingFits());
  node.append(decisionBar());
  return view;
}

function classChoice(model) {
  const numbers = new Map();
  for (const { change } of model.changes.all) numbers.set(change.class, (numbers.get(change.class) ?? 0) + 1);
  const change = () => {
    note({ class: choice.value, open: "" });
    render();
    document.getElementById("class").focus();
  };
  const choice = el(
    "select",
    { id: "class", onchange: change },
    el("option", { value: "" }, `all classes (${grouped(model.changes.all.length)})`),
    [...Object.keys(CLASSES), ...numbers.keys()]
      .filter((name, at, names) => numbers.has(name) && names.indexOf(name) === at)
      .map((name) => el("option", { value: name, selected: name === looked.class }, `${visibleText(classOf(name)[2])} (${grouped(numbers.get(name))})`)),
  );
  return el("label", { class: "class-choice" }, unseen("Class"), choice);
}

function classWord(name) {
  const [letter, tone, words] = classOf(name);
  return el("span", { class: `class ${tone}` }, el("span", { class: `sign ${tone}`, "aria-hidden": "true" }, letter), " ", words);
}

function groupRow(group, isOpen, choose) {
  const [letter, tone, words] = classOf(group.class);
  const { decided, word } = groupState(group);
  return el(
    "button",
    { type: "button", class: `group ${decided ? "decided" : ""}`, "aria-current": isOpen ? "true" : null, "data-id": group.id, onclick: choose },
    el("span", { class: `sign ${tone}`, "aria-hidden": "true" }, letter),
    el("span", { class: "title" }, el("span", { class: "what" }, prose(group.first.title)), el("span", { class: "under" }, el("span", null, words), word && el("span", { class: "state" }, word))),
    el("span", { class: "count" }, `×${grouped(group.items.length)}`),
  );
}

// One change, in its story.
function changeCard(item, act) {
  const { change, case: it } = item;
  const state = decisions.get(item.key);
  const values = change.old !== null || change.new !== null;
  return el(
    "article",
    { class: `change ${state ?? ""}`, tabindex: "-1", id: `change-${item.id}`, "data-id": item.id, "aria-label": visibleText(change.title), onpointerdown: () => act.choose(item), onfocusin: () => act.choose(item) },
    el("header", null, el("p", { class: "path mono" }, it.path, el("span", { class: "faint" }, " › "), change.step, el("span", { class: "faint" }, "  ", placeWords(change.place))), el("h3", null, prose(change.title)), classWord(change.class)),
    el("p", { class: "why" }, prose(change.why)),
    change.contract && el("p", { class: "where mono" }, place(change.contract)),
    values && el("dl", { class: "facts values" }, valueFact("Approved", change.old, "del"), valueFact("Now", change.new, "ins")),
    change.hunks.length ? diffView(change.hunks) : null,
    el(
      "footer",
      { class: "deciding" },
      decideButton(item, "accept", "Accept", "a", state, act),
      decideButton(item, "reject", "Reject", "r", state, act),
      decideButton(item, "skip", "Skip", "s", state, act),
      el("span", { class: "decision" }, state ? DECISION_WORDS[state] : "undecided"),
      flowLink(it),
    ),
  );
}

function valueFact(name, value, tag) {
  return [el("dt", null, name), el("dd", { class: "mono" }, value === null ? el("span", { class: "faint" }, "nothing") : el(tag, null, value))];
}

function decideButton(item, decision, label, key, state, act) {
  return button([label, el("kbd", { "aria-hidden": "true" }, key)], () => act.decide([item], decision), {
    class: `decide ${decision}`,
    "aria-pressed": String(state === decision),
    "aria-keyshortcuts": key,
  });
}
