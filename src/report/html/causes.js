// What went wrong, grouped: the same sentence at the same place of the contract is one cause, whatever
// the values in it.

const CAUSE_KINDS = ["error", "broken", "problem", "warning", "waived", "skipped"];

const CAUSE_HEADINGS = {
  error: "Not as promised",
  broken: "Not played to the end",
  problem: "Wrong in the scenarios",
  warning: "Warnings",
  waived: "Waived",
  skipped: "Not played",
};

function findCauses(cases) {
  const causes = new Map();
  const put = (kind, key, first, occurrence) => {
    const id = digest(`${kind}\n${key}`);
    if (!causes.has(id)) causes.set(id, { id, kind, ...first, places: [], flows: new Set() });
    const cause = causes.get(id);
    cause.places.push(occurrence);
    cause.flows.add(occurrence.case.path);
    return cause;
  };
  for (const it of cases) {
    for (const finding of it.findings) {
      const at = finding.contract ? place(finding.contract) : "";
      const { check, severity, message, contract } = finding;
      const words = contract ? withoutValues(message) : message;
      // Without a place in the contract, what was expected tells one cause from another.
      const expected = contract ? "" : finding.expected;
      const cause = put(severity, [check, at, words, expected].join("\n"), { check, message, contract, expected }, { case: it, finding });
      if (cause.message !== message) cause.message = words;
    }
    if (it.verdict === "failed" && !it.findings.some((one) => one.severity === "error")) {
      put("error", "step", { check: "step", message: "a step failed" }, { case: it });
    }
    if (it.verdict === "broken") put("broken", it.reason, { message: it.reason }, { case: it });
    if (it.verdict === "skipped") put("skipped", it.reason, { message: it.reason }, { case: it });
    for (const problem of it.problems) {
      const at = problem.location ? place(problem.location) : "";
      const first = { check: problem.code, message: problem.message, problem };
      put("problem", `${problem.code}\n${at}\n${problem.message}`, first, { case: it });
    }
  }
  const all = [...causes.values()];
  for (const cause of all) {
    cause.text = [cause.check, cause.message, cause.expected, cause.contract && place(cause.contract)]
      .concat([...cause.flows], cause.places.map(({ finding }) => finding?.step ?? ""))
      .join("\n")
      .toLowerCase();
  }
  // What is seen in most places comes first; equal numbers keep the order of the run.
  const rank = (cause) => CAUSE_KINDS.indexOf(cause.kind);
  return all.sort((a, b) => rank(a) - rank(b) || b.places.length - a.places.length);
}

// A sentence with an ellipsis for every value; names between backticks stay.
function withoutValues(message) {
  return message.replace(/`[^`]*`|"(?:[^"\\]|\\.)*"|-?\b\d[\d.]*\b/g, (found) => (found[0] === "`" ? found : "…"));
}

// The step of a finding, with the exchange that was kept for it.
function stepOf({ case: it, finding }) {
  const steps = it.steps.filter((step) => step.path === finding?.step);
  return steps.find((step) => step.exchange) ?? steps[0];
}
