// Puts the views in the place of the table that stands in the page without a script.

let model = null;
let view = {};

const DRAW = { failures: failuresView, changes: changesView, flows: flowsView, timeline: timelineView, about: aboutView };

const NAMES = { failures: "Failures", changes: "Changes", flows: "Flows", timeline: "Timeline", about: "About" };

function numbersOf({ causes, changes, cases }) {
  const failures = causes.filter((cause) => !["skipped", "warning", "waived"].includes(cause.kind)).length;
  return { failures, changes: changes.all.length, flows: cases.length, timeline: null, about: null };
}

function firstView() {
  const { failures, changes } = numbersOf(model);
  if (failures > 0) return "failures";
  return changes > 0 ? "changes" : "flows";
}

// The views as links, and the filter beside them; made once.
function drawViews() {
  const nav = document.getElementById("views");
  const numbers = numbersOf(model);
  const links = VIEWS.map((name) => {
    const number = numbers[name];
    return el("a", { href: `#tab=${name}`, "data-tab": name }, NAMES[name], number === null ? null : el("span", { class: "badge" }, grouped(number)));
  });
  const input = el("input", { id: "filter", type: "search", placeholder: "Filter", autocomplete: "off", spellcheck: "false", "aria-describedby": "fits", oninput: () => filter(input.value) });
  const tools = el(
    "div",
    { class: "tools" },
    el("label", { class: "filter" }, unseen("Filter"), input, el("kbd", { "aria-hidden": "true" }, "/")),
    el("span", { id: "fits", class: "faint" }),
    button("?", help, { class: "small", "aria-label": "Keys and help" }),
  );
  nav.replaceChildren(el("div", { class: "links" }, links), tools);
  nav.hidden = false;
}

let waiting = 0;

function filter(text) {
  note({ q: text, open: "" });
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    render();
    say(document.getElementById("fits").textContent);
  }, 80);
}

function render() {
  lists = [];
  const input = document.getElementById("filter");
  if (input.value !== looked.q) input.value = looked.q;
  for (const link of document.querySelectorAll("#views a")) {
    if (link.dataset.tab === looked.tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  view = DRAW[looked.tab](model);
  const main = document.getElementById("main");
  main.replaceChildren(view.node);
  const isCut = looked.q || looked.verdict || looked.class;
  const fits = view.all === 0 ? "" : isCut ? `${grouped(view.shown)} of ${counted(view.all, view.noun)}` : counted(view.all, view.noun);
  document.getElementById("fits").textContent = fits;
  if (view.groups) beginReview();
  openNamed();
}

// Opens what the address names.
function openNamed() {
  const at = view.entries?.indexOf(looked.open) ?? -1;
  if (at >= 0) view.list.until(at + 1);
  const head = looked.open && headOf(looked.open);
  if (!head) return;
  toggle(head.closest(".entry").entry, true);
  head.scrollIntoView({ block: "center" });
}

function follow() {
  if (location.hash === "#main") return;
  looked = readAddress();
  if (!VIEWS.includes(looked.tab)) looked.tab = firstView();
  render();
}

async function begin() {
  try {
    const read = await readDocument();
    const { cases } = read.report;
    nameFlows(cases);
    model = { ...read, cases, causes: findCauses(cases), changes: findChanges(cases), flows: flowTexts(cases), times: findTimes(cases) };
    if (model.times.flows.length) addTimeline();
  } catch (error) {
    const text = `This browser cannot show more than the table below (${error.message}).`;
    document.getElementById("main").prepend(el("p", { class: "empty" }, text));
    return;
  }
  recallDecisions(model.changes.all);
  document.title = `${document.querySelector("h1").textContent.trim()} - countersign`;
  drawViews();
  addEventListener("hashchange", follow);
  addEventListener("keydown", onKey);
  follow();
  document.documentElement.dataset.state = "ready";
}

begin();
