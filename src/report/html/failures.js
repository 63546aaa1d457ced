// The view of what went wrong: one entry for each cause, three panes for each place.

function failuresView(model) {
  const wanted = model.causes.filter((cause) => cause.text.includes(looked.q.toLowerCase()));
  if (model.causes.length === 0) return empty("Nothing failed", "Every flow that was played answered as its contract says.");
  const node = el("div", { class: "view" });
  let kind = null;
  const list = lazyList(wanted, (cause) => {
    if (cause.kind === kind) return causeEntry(cause);
    kind = cause.kind;
    const both = document.createDocumentFragment();
    const number = wanted.filter((it) => it.kind === kind).length;
    both.append(el("h2", { class: "part" }, CAUSE_HEADINGS[kind], " ", el("span", { class: "faint" }, grouped(number))), causeEntry(cause));
    return both;
  });
  if (wanted.length === 0) node.append(nothingFits());
  node.append(list.node);
  return { node, list, shown: wanted.length, all: model.causes.length, noun: "cause", entries: wanted.map((it) => it.id) };
}

function causeEntry(cause) {
  const kind = { problem: "error" }[cause.kind] ?? cause.kind;
  const where = cause.contract && place(cause.contract);
  const header = [
    sign(kind),
    el(
      "span",
      { class: "title" },
      unseen(`${WORDS[kind]}: `),
      el("span", { class: "what" }, prose(cause.message)),
      el("span", { class: "under" }, cause.check && el("span", { class: "check" }, cause.check), where && el("span", { class: "where" }, where), cause.expected && el("span", { class: "where" }, `expected ${cause.expected}`)),
    ),
    el("span", { class: "count" }, countOf(cause)),
  ];
  return opening(cause.id, header, () => causeInside(cause), { class: `entry ${kind}` });
}

function countOf(cause) {
  const [places, flows] = [cause.places.length, cause.flows.size];
  if (!cause.places[0].finding) return counted(flows, "flow");
  if (places === 1) return "1 place";
  return `${counted(places, "place")} in ${counted(flows, "flow")}`;
}

// The places of a cause, one at a time.
function causeInside(cause) {
  if (!cause.places[0].finding) return plainPlaces(cause);
  const node = el("div", { class: "cause" });
  const pane = el("div", null);
  let at = 0;
  const choice = el(
    "select",
    { "aria-label": "Place", onchange: () => show(Number(choice.value)) },
    cause.places.map((it, index) => el("option", { value: index }, visibleText(nameOf(it)))),
  );
  const position = el("span", { class: "faint" });
  const show = (index) => {
    at = (index + cause.places.length) % cause.places.length;
    choice.value = String(at);
    position.replaceChildren(`${grouped(at + 1)} of ${grouped(cause.places.length)}`);
    pane.replaceChildren(panes(cause.places[at]));
  };
  const bar = el("div", { class: "bar" });
  if (cause.places.length === 1) add(bar, [el("span", { class: "mono" }, nameOf(cause.places[0]))]);
  else add(bar, [button("‹", () => show(at - 1), { class: "small", "aria-label": "Previous place" }), button("›", () => show(at + 1), { class: "small", "aria-label": "Next place" }), position, choice]);
  node.append(bar, pane);
  show(0);
  return node;
}

function nameOf({ case: it, finding }) {
  const step = finding.step === null ? "" : ` › ${finding.step}`;
  return `${it.path}${step}  ${placeWords(finding.place)}`;
}

function placeWords(at) {
  if (at.in === "body") return at.pointer === "" ? "body" : at.pointer;
  if (at.in === "header") return `header ${at.name}`;
  return at.in;
}

// Contract, request and answer, side by side.
function panes(occurrence) {
  const { case: it, finding } = occurrence;
  const step = stepOf(occurrence);
  return el(
    "div",
    { class: "panes" },
    pane("Contract", contractPane(it, finding)),
    pane("Request", requestPane(step)),
    pane("Response", responsePane(step, finding)),
  );
}

function pane(name, ...children) {
  return el("section", { class: "pane" }, el("h4", null, name), ...children);
}

function contractPane(it, finding) {
  const facts = el("dl", { class: "facts" });
  const fact = (name, value, kind) => {
    if (value) facts.append(el("dt", null, name), el("dd", { class: kind }, value));
  };
  fact("Expected", finding.expected, "mono");
  fact("Actual", finding.actual, "mono actual");
  fact("At", placeWords(finding.place), "mono");
  fact("Contract", finding.contract ? place(finding.contract) : "no line of it says so", finding.contract ? "mono" : "faint");
  fact("Scenario", place(finding.scenario), "mono");
  if (finding.waiver) fact("Waiver", waiverWords(finding.waiver), "mono");
  const run = `countersign run ${quoted(it.path)}`;
  return [
    facts,
    el("div", { class: "buttons" }, copyButton(`countersign explain ${finding.check}`, "Copy explain"), copyButton(run, "Copy run"), copyButton(issueText(it, finding), "Copy for an issue"), flowLink(it)),
  ];
}

// What is to be said of a waiver, in a line.
function waiverWords({ at, reason, owner, ticket, expires, has_expired: isOver }) {
  if (isOver) return `expired on ${expires}, ${at}`;
  return `until ${expires}: ${reason} (${[owner, ticket].filter(Boolean).join(", ")}), ${at}`;
}

// A finding as Markdown. What a server answered stands in blocks that it cannot end.
function issueText(it, finding) {
  const step = stepOf({ case: it, finding });
  const block = (text) => {
    const ticks = text.match(/`+/g) ?? [];
    const fence = "`".repeat(Math.max(3, ...ticks.map((run) => run.length + 1)));
    return `${fence}\n${text}\n${fence}`;
  };
  const facts = [
    `check      ${finding.check}`,
    `flow       ${nameOf({ case: it, finding })}`,
    `message    ${finding.message}`,
    `expected   ${finding.expected}`,
    `actual     ${finding.actual}`,
    finding.contract && `contract   ${place(finding.contract)}`,
    `scenario   ${place(finding.scenario)}`,
  ];
  const plain = facts.filter(Boolean).map(visibleText).join("\n");
  const curl = step?.exchange ? `\n\nTo repeat the request:\n\n${block(step.exchange.curl)}` : "";
  return `${block(plain)}${curl}\n`;
}

// A word for a shell.
function quoted(word) {
  return /^[\w:./@%+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

function flowLink(it) {
  return el("a", { class: "small", href: addressOf({ tab: "flows", q: it.path, open: flowId(it) }) }, "Open flow");
}

function requestPane(step) {
  if (!step) return el("p", { class: "faint" }, "It belongs to no step.");
  const line = step.line && el("p", { class: "mono line-told" }, step.line);
  if (!step.exchange) return [line, el("p", { class: "faint" }, "The exchange was not kept.")];
  return [line, el("pre", { class: "curl" }, step.exchange.curl), el("div", { class: "buttons" }, copyButton(step.exchange.curl, "Copy curl"))];
}

function responsePane(step, finding) {
  if (!step?.exchange) return el("p", { class: "faint" }, "No answer was kept.");
  const { head, body, body_bytes_left_out: leftOut, attempt } = step.exchange;
  const isOther = finding && finding.attempt !== attempt;
  const at = isOther ? null : finding?.place;
  const hit = at?.in === "body" && (at.pointer !== "" || finding.check === "response-schema") ? locate(body, at.pointer) : null;
  return [
    isOther && el("p", { class: "faint" }, `This was found in try ${finding.attempt + 1}; the last one, try ${attempt + 1}, is shown.`),
    headView(head, at),
    body === "" ? el("p", { class: "faint" }, "The body is empty.") : codeView(body, hit, leftOut),
  ];
}

function headView(head, at) {
  const node = el("div", { class: "head-lines mono" });
  head.forEach((line, index) => {
    const name = line.slice(0, line.indexOf(":")).toLowerCase();
    const isHit = index === 0 ? at?.in === "status" : at?.in === "header" && at.name.toLowerCase() === name;
    node.append(el("div", { class: index === 0 ? "status-line" : null }, isHit ? el("mark", null, line) : line));
  });
  return node;
}

// Where there is no exchange to show: which flows, and what to do.
function plainPlaces(cause) {
  const node = el("div", { class: "cause" });
  const { problem } = cause;
  if (problem) {
    const lines = [problem.location && place(problem.location), problem.help, problem.also && `${problem.also.why}: ${place(problem.also.location)}`];
    node.append(el("ul", { class: "plain" }, lines.filter(Boolean).map((line) => el("li", { class: "mono" }, line))));
  }
  const list = lazyList(cause.places, ({ case: it }) => el("div", { class: "row" }, el("span", { class: "mono" }, it.path), flowLink(it)));
  node.append(list.node);
  return node;
}

function empty(title, text) {
  return { node: el("div", { class: "empty" }, el("h2", null, title), el("p", null, text)), shown: 0, all: 0, noun: "entry" };
}

function nothingFits() {
  return el("div", { class: "empty" }, el("p", null, "Nothing fits the filter. "), button("Clear the filter", () => filter("")));
}
