// Decisions: what was decided, how it is undone, and the document that is made of it.

const DECISION_WORDS = { accept: "accepted", reject: "rejected", skip: "skipped" };

const STORE = "countersign.decisions";

// By the key of a change: flow, digests of both texts, and the change's own name.
const decisions = new Map();

// Each entry holds what some keys had before.
const past = [];

let allChanges = [];

// Takes up what was decided before the page was loaded anew; storage is never needed.
function recallDecisions(items) {
  allChanges = items;
  const known = new Set(items.map((item) => item.key));
  try {
    const kept = JSON.parse(sessionStorage.getItem(STORE) ?? "[]");
    for (const [key, decision] of kept) {
      if (known.has(key) && DECISION_WORDS[decision]) decisions.set(key, decision);
    }
  } catch {
    // Where nothing can be kept, nothing is recalled.
  }
}

function keepDecisions() {
  try {
    sessionStorage.setItem(STORE, JSON.stringify([...decisions]));
  } catch {
    // It is kept in memory.
  }
}

function decide(items, decision) {
  past.push(items.map((item) => [item.key, decisions.get(item.key)]));
  for (const item of items) decisions.set(item.key, decision);
  keepDecisions();
}

function undo() {
  const last = past.pop();
  if (!last) return null;
  for (const [key, before] of last) {
    if (before) decisions.set(key, before);
    else decisions.delete(key);
  }
  keepDecisions();
  return last[0][0];
}

function tallyDecisions() {
  const tally = { accept: 0, reject: 0, skip: 0, all: allChanges.length };
  for (const decision of decisions.values()) tally[decision] += 1;
  return { ...tally, decided: tally.accept + tally.reject };
}

// How far a group is decided, in a word.
function groupState(group) {
  const states = group.items.map((item) => decisions.get(item.key));
  const of = (wanted) => states.filter((state) => state === wanted).length;
  const decided = of("accept") + of("reject") === states.length;
  for (const [state, word] of Object.entries(DECISION_WORDS)) {
    if (of(state) === states.length) return { decided, word };
  }
  const some = of("accept") + of("reject");
  return { decided, word: some ? `${some} of ${states.length} decided` : "" };
}

// The document: the flows with a decision, in the order of the report.
function decisionsDocument(cases) {
  const byFlow = Map.groupBy(allChanges, (item) => item.case);
  const flows = [];
  for (const it of cases) {
    const items = byFlow.get(it) ?? [];
    const made = items
      .toSorted((a, b) => a.order - b.order)
      .map((item) => ({ change: item.change.id, decision: decisions.get(item.key), class: item.change.class }))
      .filter(({ decision }) => decision === "accept" || decision === "reject");
    if (made.length === 0) continue;
    const { approved, layer, now, text, source, about } = items[0].snapshot;
    flows.push(plainJson({ flow: it.path, approved, layer, now, text, source, about, decisions: made }));
  }
  const head = plainJson({ countersign: { decisions: 1 } }).slice(0, -1);
  return `${head},\n"flows":[\n${flows.join(",\n")}\n]}\n`;
}

// JSON in which everything hidden is written as an escape.
function plainJson(value) {
  const units = (letter) => [...Array(letter.length).keys()].map((at) => `\\u${letter.charCodeAt(at).toString(16).padStart(4, "0")}`);
  return JSON.stringify(value).replace(HIDDEN_EACH, (letter) => units(letter).join(""));
}

function downloadDecisions() {
  const blob = new Blob([decisionsDocument(model.cases)], { type: "application/json" });
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, download: "decisions.json" });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
  say("decisions.json is downloaded");
}

// Hands the decisions to the program that served this page.
async function saveDecisions() {
  answer("Saving …");
  try {
    const got = await fetch("/decisions", {
      method: "POST",
      headers: { "content-type": "application/json", "X-Countersign-Token": token },
      body: decisionsDocument(model.cases),
    });
    const text = (await got.text()).trim();
    answer(got.status === 200 ? `Saved. ${text}`.trim() : `Not saved (${got.status}): ${text}`);
  } catch {
    answer("Not saved: the program that served this page gives no answer");
  }
}

let answered = "";

function answer(text) {
  answered = text;
  say(text);
  drawBar();
}

// The bar below the changes; `drawBar` fills it.
function decisionBar() {
  return el("div", { class: "decision-bar", role: "region", "aria-label": "Decisions" });
}

function drawBar() {
  const bar = document.querySelector(".decision-bar");
  if (!bar) return;
  const { accept, reject, skip, decided, all } = tallyDecisions();
  const parts = [accept && `${grouped(accept)} accepted`, reject && `${grouped(reject)} rejected`, skip && `${grouped(skip)} skipped`];
  const canSave = token !== null && document.documentElement.dataset.variant === "served";
  const none = decided === 0;
  const held = document.activeElement?.dataset.act;
  bar.replaceChildren();
  add(bar, [
    el("progress", { value: decided, max: all, "aria-hidden": "true" }),
    el("p", { class: "progress-words" }, el("strong", null, `${grouped(decided)} of ${grouped(all)} decided`), " ", el("span", { class: "faint" }, parts.filter(Boolean).join(", "))),
    el(
      "div",
      { class: "buttons" },
      button(["Undo", el("kbd", { "aria-hidden": "true" }, "u")], undoLast, { disabled: past.length === 0, "data-act": "undo", "aria-keyshortcuts": "u" }),
      copyButton("countersign review --apply decisions.json", "Copy command"),
      button("Download decisions.json", downloadDecisions, { disabled: none, "data-act": "download", class: canSave ? null : "first" }),
      canSave && button("Save decisions", saveDecisions, { disabled: none, "data-act": "save", class: "first" }),
    ),
    answered && el("p", { class: "answer" }, answered),
  ]);
  if (held) bar.querySelector(`[data-act="${held}"]`)?.focus();
}
