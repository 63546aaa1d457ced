// The view of the flows: a lane for each, a chip for each step.

const CHIPS_MAX = 40;

const VERDICTS = ["failed", "broken", "needs-review", "skipped", "passed"];

// The names of the flows in the address; a flow that was played twice has two.
const flowIds = new Map();

function nameFlows(cases) {
  const used = new Map();
  for (const it of cases) {
    const times = (used.get(it.path) ?? 0) + 1;
    used.set(it.path, times);
    flowIds.set(it, digest(it.path) + (times === 1 ? "" : `-${times}`));
  }
}

const flowId = (it) => flowIds.get(it);

function flowsView(model) {
  if (model.cases.length === 0) return empty("No flow", "Nothing was selected.");
  const q = looked.q.toLowerCase();
  const wanted = model.flows.filter(
    (flow) => (!looked.verdict || flow.case.verdict === looked.verdict) && flow.text.includes(q),
  );
  const list = lazyList(wanted, (flow) => lane(flow.case));
  const node = el("div", { class: "view" }, el("h2", { class: "unseen" }, "Flows"), verdictChoice(model), wanted.length ? null : nothingFits(), list.node);
  return { node, list, shown: wanted.length, all: model.cases.length, noun: "flow", entries: wanted.map((flow) => flow.id) };
}

function flowTexts(cases) {
  return cases.map((it) => {
    const steps = it.steps.flatMap((step) => [step.path, step.operation, step.line, ...(step.captured ?? []).map(capturedWords)]);
    const findings = it.findings.flatMap((finding) => [finding.check, finding.message]);
    const text = [it.path, WORDS[it.verdict], it.flaky ? "flaky" : "", it.reason ?? "", ...steps, ...findings].join("\n");
    return { case: it, id: flowId(it), text: text.toLowerCase() };
  });
}

function verdictChoice(model) {
  const numbers = new Map(VERDICTS.map((it) => [it, 0]));
  for (const it of model.cases) numbers.set(it.verdict, numbers.get(it.verdict) + 1);
  const choice = (verdict, label) => {
    const isChosen = looked.verdict === verdict;
    const act = () => {
      note({ verdict: isChosen ? "" : verdict, open: "" });
      render();
    };
    return button([verdict && sign(verdict), label], act, { class: "choice", "aria-pressed": String(isChosen) });
  };
  const shown = VERDICTS.filter((it) => numbers.get(it) > 0);
  return el(
    "div",
    { class: "choices", role: "group", "aria-label": "Which flows" },
    choice("", `all ${grouped(model.cases.length)}`),
    shown.map((it) => choice(it, `${WORDS[it]} ${grouped(numbers.get(it))}`)),
  );
}

function lane(it) {
  const passed = it.steps.filter((step) => step.outcome === "passed").length;
  const tally = it.steps.length === 0 ? "" : passed === it.steps.length ? counted(passed, "step") : `${passed}/${it.steps.length} steps`;
  const header = [
    sign(it.verdict),
    el("span", { class: "title" }, el("span", { class: "what mono" }, it.path), el("span", { class: "under" }, el("span", null, WORDS[it.verdict]), it.flaky && el("span", null, `flaky: passed at try ${it.tries.length + 1}`), tally && el("span", null, tally), it.reason && el("span", null, prose(it.reason)))),
  ];
  const node = opening(flowId(it), header, () => flowInside(it), { class: `entry lane ${it.verdict}` });
  if (it.steps.length) node.entry.body.before(chipsOf(it));
  return node;
}

function chip(step, lane) {
  const words = `${WORDS[step.outcome]}: ${step.path} ${step.line || step.reason || ""}`;
  return el("li", { class: `chip ${step.outcome}`, title: visibleText(words) }, sign(step.outcome), unseen(`${WORDS[step.outcome]}: `), step.path, catches(step, lane));
}

function flowInside(it) {
  const rows = it.steps.map((step) => stepRow(it, step));
  const loose = it.findings.filter((finding) => !it.steps.some((step) => step.path === finding.step));
  return el(
    "div",
    { class: "flow" },
    el("ol", { class: "steps" }, rows),
    loose.map(findingLine),
    it.problems.map((problem) => el("p", { class: "finding" }, sign("error"), prose(problem.message))),
    snapshotPart(it),
    el("div", { class: "buttons" }, copyButton(`countersign run ${quoted(it.path)}`, "Copy run")),
  );
}

function stepRow(it, step) {
  const findings = it.findings.filter((finding) => finding.step === step.path);
  const node = el(
    "li",
    { class: `step ${step.outcome}` },
    el("div", { class: "step-head" }, sign(step.outcome), unseen(WORDS[step.outcome]), el("strong", { class: "mono" }, step.path), el("span", { class: "mono faint" }, step.line || prose(step.reason ?? ""))),
    capturedLines(step),
    findings.map(findingLine),
  );
  if (step.exchange) {
    const more = el("details", null, el("summary", null, "Exchange"));
    const first = findings.find((finding) => finding.place.in === "body") ?? findings[0];
    more.addEventListener("toggle", () => {
      if (more.open && more.childElementCount === 1) {
        more.append(el("div", { class: "panes two" }, pane("Request", requestPane(step)), pane("Response", responsePane(step, first))));
      }
    });
    node.append(more);
  }
  return node;
}

function findingLine(finding) {
  const at = finding.contract ? place(finding.contract) : null;
  return el("p", { class: "finding" }, sign(finding.severity), unseen(`${WORDS[finding.severity]}: `), el("span", { class: "check" }, finding.check), " ", prose(finding.message), el("span", { class: "where" }, [placeWords(finding.place), at].filter(Boolean).join("  ")));
}

function snapshotPart(it) {
  if (!it.snapshot) return null;
  const { state, hunks } = it.snapshot;
  const words = state === "new" ? "The snapshot is new." : "The snapshot has changed.";
  return el("div", { class: "snapshot" }, el("h4", null, words), hunks.length ? diffView(hunks) : null);
}
