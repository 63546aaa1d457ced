// The view of the times: which flow was played when, beside which others, and which steps took the time.
// It is there only where the report holds times.

const SLOWEST_MAX = 10;

const TICKS = 4;

function seconds(micros) {
  return `${(micros / 1e6).toFixed(3)} s`;
}

// The flows that have times, in the order in which they began, with how many others ran beside each.
function findTimes(cases) {
  const rows = cases.filter((it) => it.times).map((it) => {
    const [began, took] = it.times.case;
    const steps = it.steps.map((step, at) => ({ step, period: it.times.steps[at] })).filter(({ period }) => period);
    // What took no time at all stands in a moment of its own.
    return { case: it, began, took, ended: began + Math.max(took, 1), steps };
  });
  const order = (name) => rows.map((row) => row[name]).sort((a, b) => a - b);
  const [begins, ends] = [order("began"), order("ended")];
  for (const row of rows) row.beside = below(begins, row.ended) - below(ends, row.began + 1) - 1;
  const flows = rows.sort((a, b) => a.began - b.began);
  const first = begins[0] ?? 0;
  return { flows, first, whole: Math.max(1, (ends.at(-1) ?? 0) - first) };
}

// How many numbers of a sorted list are below a limit.
function below(sorted, limit) {
  let [from, to] = [0, sorted.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if (sorted[middle] < limit) from = middle + 1;
    else to = middle;
  }
  return from;
}

function timelineView(model) {
  const { flows, first, whole } = model.times;
  const q = looked.q.toLowerCase();
  const texts = new Map(model.flows.map((flow) => [flow.case, flow.text]));
  const wanted = flows.filter((row) => texts.get(row.case).includes(q));
  const scale = { first, whole };
  const list = lazyList(wanted, (row) => timeRow(row, scale), { class: "entries times" });
  const node = el(
    "div",
    { class: "view" },
    el("h2", { class: "unseen" }, "Timeline"),
    slowestPart(wanted),
    el("div", { class: "ticks", "aria-hidden": "true" }, Array.from({ length: TICKS + 1 }, (_, at) => el("span", null, seconds((whole * at) / TICKS)))),
    wanted.length ? null : nothingFits(),
    list.node,
  );
  return { node, list, shown: wanted.length, all: flows.length, noun: "flow", entries: wanted.map((row) => flowId(row.case)) };
}

function slowestPart(rows) {
  const all = rows.flatMap((row) => row.steps.map(({ step, period }) => ({ row, step, took: period[1] })));
  const slowest = all.sort((a, b) => b.took - a.took).slice(0, SLOWEST_MAX);
  if (slowest.length === 0) return null;
  const line = ({ row, step, took }) =>
    el("li", null, el("span", { class: "took" }, seconds(took)), el("a", { class: "mono", href: addressOf({ ...looked, tab: "timeline", open: flowId(row.case) }) }, `${row.case.path}/${step.path}`), el("span", { class: "mono faint" }, step.line));
  return el("section", { class: "slowest" }, el("h3", null, "The steps that took longest"), el("ol", null, slowest.map(line)));
}

function timeRow(row, scale) {
  const { beside } = row;
  const told = `began at ${seconds(row.began - scale.first)}, took ${seconds(row.took)}, beside ${beside === 0 ? "no other" : counted(beside, "other")}`;
  const track = el("span", { class: "track", "aria-hidden": "true" }, bar(row.case.verdict, [row.began, row.took], scale), row.steps.map(({ step, period }) => bar(`of-step ${step.outcome}`, period, scale)));
  const header = [
    sign(row.case.verdict),
    el("span", { class: "title" }, el("span", { class: "what mono" }, row.case.path), el("span", { class: "under" }, el("span", null, WORDS[row.case.verdict]), el("span", null, told))),
    track,
  ];
  return opening(flowId(row.case), header, () => timesInside(row, scale), { class: `entry time-row ${row.case.verdict}` });
}

// A part of a track. Its place is a number, so no text of a report gets into a style.
function bar(name, [began, took], { first, whole }) {
  const node = el("span", { class: `bar-of ${name}` });
  node.style.setProperty("left", `${((began - first) / whole) * 100}%`);
  node.style.setProperty("width", `${(took / whole) * 100}%`);
  return node;
}

function timesInside(row, scale) {
  const head = ["Step", "Began", "Took", "Asked"].map((name) => el("th", { scope: "col" }, name));
  const rows = row.steps.map(({ step, period: [began, took] }) =>
    el("tr", null, el("th", { scope: "row", class: "mono" }, step.path), el("td", null, seconds(began - scale.first)), el("td", null, seconds(took)), el("td", { class: "mono" }, step.line)),
  );
  return el(
    "div",
    { class: "flow" },
    rows.length ? el("table", { class: "step-times" }, el("thead", null, el("tr", null, head)), el("tbody", null, rows)) : el("p", { class: "faint" }, "It sent nothing."),
    el("div", { class: "buttons" }, el("a", { class: "small", href: addressOf({ tab: "flows", open: flowId(row.case) }) }, "The flow")),
  );
}
