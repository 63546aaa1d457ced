"use strict";
// How the page is built: every text from the report becomes a text node, never markup.

// What steers, hides or turns the direction of reading; the same set as `is_hidden` in Rust.
const HIDDEN =
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff\ufffe\uffff\u{e0000}-\u{e007f}]/u;
const HIDDEN_EACH = new RegExp(HIDDEN.source, "gu");
const SHORT = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

const isHidden = (letter) => HIDDEN.test(letter);

function escaped(letter) {
  return SHORT[letter] ?? `\\u{${letter.codePointAt(0).toString(16)}}`;
}

// A text with everything that is hidden written out, marked as such.
function visible(text) {
  const out = document.createDocumentFragment();
  const whole = String(text);
  let from = 0;
  for (const found of whole.matchAll(HIDDEN_EACH)) {
    out.append(whole.slice(from, found.index), hiddenMark(found[0]));
    from = found.index + found[0].length;
  }
  out.append(whole.slice(from));
  return out;
}

function hiddenMark(letter) {
  const mark = document.createElement("span");
  mark.className = "hidden-letter";
  mark.title = "a hidden character, written out";
  mark.textContent = escaped(letter);
  return mark;
}

// The same as a plain text, for titles and labels.
function visibleText(text) {
  return String(text).replace(HIDDEN_EACH, escaped);
}

// An element. Attributes that are functions listen; null, undefined and false are left out.
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  add(node, children);
  return node;
}

function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : visible(child));
  }
}

function button(label, act, attributes) {
  return el("button", { type: "button", onclick: act, ...attributes }, label);
}

function unseen(text) {
  return el("span", { class: "unseen" }, text);
}

// A sentence in which `names` stand between backticks.
function prose(text) {
  const parts = String(text).split("`");
  if (parts.length % 2 === 0) return visible(text);
  const out = document.createDocumentFragment();
  parts.forEach((part, at) => out.append(at % 2 ? el("code", null, part) : visible(part)));
  return out;
}

// Signs that mean the same everywhere; a word always stands beside or behind them.
function sign(of) {
  const [letter, tone] = SIGNS[of] ?? ["·", "calm"];
  return el("span", { class: `sign ${tone}`, "aria-hidden": "true" }, letter);
}

const SIGNS = {
  passed: ["✓", "good"],
  failed: ["✗", "bad"],
  broken: ["!", "bad"],
  "needs-review": ["~", "note"],
  skipped: ["○", "calm"],
  "not-run": ["○", "calm"],
  error: ["✗", "bad"],
  warning: ["!", "note"],
  waived: ["×", "note"],
};

const WORDS = {
  passed: "passed",
  failed: "failed",
  broken: "broken",
  "needs-review": "needs review",
  skipped: "not played",
  "not-run": "not run",
  error: "error",
  warning: "warning",
  waived: "waived",
};

function counted(number, noun, many) {
  return `${grouped(number)} ${number === 1 ? noun : many ?? `${noun}s`}`;
}

function grouped(number) {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ",");
}

function place(location) {
  return `${location.file}:${location.line}:${location.column}`;
}

// Says something to people who do not see the page.
function say(text) {
  document.getElementById("said").textContent = visibleText(text);
}

function copyButton(text, label) {
  const node = button(label, async () => {
    const done = (await copied(text)) ? "Copied" : "Select the text and copy it";
    say(done);
    node.textContent = done;
    setTimeout(() => (node.textContent = label), 1600);
  }, { class: "small" });
  return node;
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = el("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}
