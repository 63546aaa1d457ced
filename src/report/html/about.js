// The view of the run as a whole: numbers, what was not played and why, signs and keys.

function aboutView(model) {
  const { summary, countersign } = model.report;
  const { steps, findings } = summary;
  const row = (name, ...cells) => el("tr", null, el("th", { scope: "row" }, name), cells.map((cell) => el("td", null, cell)));
  const sums = el(
    "table",
    { class: "numbers" },
    el("caption", { class: "unseen" }, "Numbers"),
    el("tbody", null, [
      row("Flows", grouped(summary.selected), `${grouped(summary.passed)} passed + ${grouped(summary.failed)} failed + ${grouped(summary.needs_review)} to review + ${grouped(summary.broken)} broken + ${grouped(summary.skipped)} not played`),
      row("Steps", grouped(steps.passed + steps.failed + steps.not_run), `${grouped(steps.passed)} passed + ${grouped(steps.failed)} failed + ${grouped(steps.not_run)} not run`),
      row("Findings", grouped(findings.errors + findings.warnings + (findings.waived ?? 0)), `${counted(findings.errors, "error")} + ${counted(findings.warnings, "warning")}${findings.waived ? ` + ${grouped(findings.waived)} waived` : ""}`),
      row("Changes", grouped(model.changes.all.length), `in ${counted(model.changes.groups.length, "group")}`),
    ]),
  );
  const reasons = model.causes.filter((cause) => cause.kind === "skipped");
  const notPlayed = reasons.length
    ? el("ul", { class: "plain" }, reasons.map((cause) => el("li", null, `${counted(cause.flows.size, "flow")}: `, prose(cause.message))))
    : el("p", { class: "faint" }, "Every flow that was selected was played.");
  const signs = Object.keys(SIGNS).filter((name, at, names) => names.findIndex((it) => WORDS[it] === WORDS[name]) === at);
  const kilo = (bytes) => `${grouped(Math.ceil(bytes / 1024))} KiB`;
  const node = el(
    "div",
    { class: "view about" },
    part("Numbers", sums),
    part("Not played", notPlayed),
    coveragePart(summary.coverage),
    part("Signs", el("ul", { class: "signs" }, signs.map((name) => el("li", null, sign(name), WORDS[name])), Object.keys(CLASSES).map((name) => el("li", null, classWord(name))))),
    part(
      "This page",
      el("p", null, "It is one file. It loads nothing and sends nothing: its policy forbids that to everything in it, answers of a server included. Hidden characters of answers are written out, such as ", visible("\u202e"), ". ", model.times.flows.length ? "It holds times, so that two runs give other bytes." : "The same run gives the same bytes."),
      el("p", { class: "faint" }, `Form of the report: version ${countersign.version}. ${kilo(model.packedBytes)} packed, ${kilo(model.letters)} as JSON.`),
    ),
    part("Keys", el("table", { class: "keys" }, el("tbody", null, KEYS.map(([keys, what]) => el("tr", null, el("th", { scope: "row" }, keys.split("  ").map((key) => [el("kbd", null, key), " "])), el("td", null, what)))))),
  );
  return { node, shown: 0, all: 0, noun: "" };
}

function part(title, ...children) {
  return el("section", { class: "about-part" }, el("h2", null, title), ...children);
}
