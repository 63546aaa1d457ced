// Texts of answers: lines with numbers, and the place that a finding points at.

const LINES_AROUND = 6;

const LINES_AT_ONCE = 400;

function skipSpace(text, at) {
  while (at < text.length && " \n\r\t".includes(text[at])) at += 1;
  return at;
}

function stringEnd(text, at) {
  for (at += 1; at < text.length && text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
  return Math.min(at + 1, text.length);
}

// The end of the JSON value that begins at a place; the text may be cut.
function valueEnd(text, at) {
  let depth = 0;
  while (at < text.length) {
    const letter = text[at];
    if (letter === '"') at = stringEnd(text, at);
    else if ("[{".includes(letter)) [depth, at] = [depth + 1, at + 1];
    else if ("]}".includes(letter)) {
      if (depth === 0) return at;
      [depth, at] = [depth - 1, at + 1];
    } else if (depth === 0) {
      while (at < text.length && !",]} \n\r\t".includes(text[at])) at += 1;
      return at;
    } else at += 1;
    if (depth === 0) return at;
  }
  return at;
}

// The place of a member or an item; -1 where it is not there.
function childStart(text, at, wanted) {
  const isObject = text[at] === "{";
  if (!isObject && text[at] !== "[") return -1;
  at = skipSpace(text, at + 1);
  for (let index = 0; at < text.length && !"]}".includes(text[at]); index += 1) {
    let name = String(index);
    if (isObject) {
      const end = stringEnd(text, at);
      name = textOf(text.slice(at, end));
      at = skipSpace(text, skipSpace(text, end) + 1);
    }
    if (name === wanted) return at;
    at = skipSpace(text, valueEnd(text, at));
    if (text[at] !== ",") return -1;
    at = skipSpace(text, at + 1);
  }
  return -1;
}

function textOf(quoted) {
  try {
    return JSON.parse(quoted);
  } catch {
    return null;
  }
}

// Where a JSON Pointer leads in a text of JSON; the nearest place above where it is not there.
function locate(text, pointer) {
  const names = pointer === "" ? [] : pointer.slice(1).split("/");
  let at = skipSpace(text, 0);
  if (!"{[".includes(text[at] ?? " ")) return null;
  for (const name of names) {
    const next = childStart(text, at, name.replace(/~1/g, "/").replace(/~0/g, "~"));
    if (next < 0 || next >= text.length) break;
    at = next;
  }
  return { start: at, end: valueEnd(text, at) };
}

// A text with numbered lines around the place that is pointed at; the rest comes when asked for.
function codeView(text, hit, leftOut) {
  const lines = [];
  let from = 0;
  for (const line of text.split("\n")) {
    lines.push({ line, from, to: from + line.length });
    from += line.length + 1;
  }
  const isHit = ({ from, to }) => hit && from < hit.end && to >= hit.start;
  const first = hit ? lines.findIndex(isHit) : 0;
  const last = hit ? Math.min(lines.findLastIndex(isHit), first + 2 * LINES_AROUND) : 0;
  let shownFrom = hit ? Math.max(0, first - LINES_AROUND) : 0;
  let shownTo = hit ? Math.min(lines.length, last + LINES_AROUND + 1) : 3 * LINES_AROUND;
  if (lines.length <= 5 * LINES_AROUND) [shownFrom, shownTo] = [0, lines.length];
  const node = el("div", { class: "code", tabindex: "0", role: "group", "aria-label": "Body" });
  const draw = () => {
    shownTo = Math.min(shownTo, lines.length);
    node.replaceChildren();
    if (shownFrom > 0) node.append(moreLines(shownFrom, "above", () => (shownFrom = Math.max(0, shownFrom - LINES_AT_ONCE)), draw));
    for (let at = shownFrom; at < shownTo; at += 1) {
      node.append(codeLine(lines[at], at + 1, isHit(lines[at]) ? hit : null));
    }
    const below = lines.length - shownTo;
    if (below > 0) node.append(moreLines(below, "below", () => (shownTo += LINES_AT_ONCE), draw));
    if (leftOut > 0) node.append(el("p", { class: "left-out" }, `… ${grouped(leftOut)} more bytes are not in this report`));
  };
  draw();
  return node;
}

function moreLines(number, where, change, draw) {
  const act = () => {
    change();
    draw();
  };
  return button(`… ${counted(number, "line")} ${where}`, act, { class: "fold" });
}

function codeLine({ line, from }, number, hit) {
  const row = el("div", { class: hit ? "line hit" : "line" }, el("span", { class: "no", "aria-hidden": "true" }, number));
  const words = el("span", { class: "words" });
  if (hit && hit.end <= from + line.length && hit.start >= from) {
    const [start, end] = [hit.start - from, hit.end - from];
    add(words, [line.slice(0, start), el("mark", null, line.slice(start, end)), line.slice(end)]);
  } else add(words, [line]);
  row.append(words, "\n");
  return row;
}

// Lines that differ. The signs are text, so that they are copied too.
function diffView(hunks) {
  const node = el("div", { class: "code diff", tabindex: "0", role: "group", "aria-label": "Difference" });
  hunks.forEach((hunk, at) => {
    if (at > 0) node.append(el("div", { class: "gap", "aria-hidden": "true" }, "⋯"));
    let [old, now] = [hunk.old_start, hunk.new_start];
    hunk.lines.forEach((line, index) => {
      const isOld = line.kind !== "added";
      const isNew = line.kind !== "removed";
      node.append(diffLine(line, isOld ? old : "", isNew ? now : "", partnerOf(hunk.lines, index)));
      old += isOld;
      now += isNew;
    });
  });
  return node;
}

// The other half of a line that was replaced, where one line stands for one.
function partnerOf(lines, at) {
  const kind = lines[at].kind;
  if (kind === "equal") return null;
  const isOf = (index, wanted) => lines[index]?.kind === wanted;
  if (kind === "removed" && isOf(at + 1, "added") && !isOf(at - 1, "removed") && !isOf(at + 2, "added")) return lines[at + 1];
  if (kind === "added" && isOf(at - 1, "removed") && !isOf(at + 1, "added") && !isOf(at - 2, "removed")) return lines[at - 1];
  return null;
}

function diffLine({ kind, text, terminated }, old, now, partner) {
  const letter = { equal: " ", removed: "-", added: "+" }[kind];
  const row = el(
    "div",
    { class: `line ${kind}` },
    el("span", { class: "no", "aria-hidden": "true" }, old),
    el("span", { class: "no", "aria-hidden": "true" }, now),
    el("span", { class: "plus-minus" }, letter),
  );
  const tag = { equal: "span", removed: "del", added: "ins" }[kind];
  const words = el(tag, { class: "words" }, kind === "equal" ? null : unseen(`${kind}: `));
  add(words, partner ? differing(text, partner.text) : [text]);
  row.append(words);
  if (!terminated) row.append(el("span", { class: "faint" }, " (no line end)"));
  row.append("\n");
  return row;
}

// A line in three: what both begin with, what differs, what both end with. Whole characters are
// compared, so that none is cut in half.
function differing(text, other) {
  const [own, others] = [[...text], [...other]];
  const max = Math.min(own.length, others.length);
  let start = 0;
  while (start < max && own[start] === others[start]) start += 1;
  let end = 0;
  while (end < max - start && own.at(-1 - end) === others.at(-1 - end)) end += 1;
  if (start + end < 2) return [text];
  const part = (from, to) => own.slice(from, to).join("");
  const middle = part(start, own.length - end);
  return [part(0, start), middle && el("b", null, middle), part(own.length - end)];
}
