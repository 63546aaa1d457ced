// What the steps of a flow captured, and which of the others read it.

const CATCHES_MAX = 4;

// The same in words: `id = "w-1", read by show, delete`.
function capturedWords(it) {
  const left = it.bytes_left_out ? ` … ${grouped(it.bytes_left_out)} more bytes` : "";
  const value = it.value === undefined ? "" : ` = ${it.value}${left}`;
  const more = it.readers_left_out ? ` and ${grouped(it.readers_left_out)} more` : "";
  const readers = it.read_by.length ? `, read by ${it.read_by.join(", ")}${more}` : "";
  return `${it.name}${value}${readers}`;
}

// The names that a step captured, on its chip. What each holds and where it goes is told while it is
// pointed at or has the focus.
function catches(step, lane) {
  const all = step.captured ?? [];
  const rest = all.length - CATCHES_MAX;
  return [
    all.slice(0, CATCHES_MAX).map((it) => {
      const show = () => lane.show(step, it);
      const onKey = (event) => event.key === "Escape" && lane.hide();
      const listening = { onmouseenter: show, onfocus: show, onclick: show, onmouseleave: lane.hide, onblur: lane.hide, onkeydown: onKey };
      return button(it.name, () => {}, { class: "catch", "aria-label": visibleText(`captured ${capturedWords(it)}`), ...listening });
    }),
    rest > 0 && el("span", { class: "faint" }, `${rest} more`),
  ];
}

// The chips of a flow in their order, with room below for what is pointed at.
function chipsOf(it) {
  const told = el("p", { class: "catch-told mono", "aria-hidden": "true", hidden: true });
  const chips = el("ol", { class: "chips", "aria-label": `Steps of ${visibleText(it.path)}` });
  const mark = (wanted, name) => {
    it.steps.slice(0, CHIPS_MAX).forEach((step, at) => chips.children[at].classList.toggle(name, wanted(step)));
  };
  const lane = {
    show: (from, captured) => {
      told.replaceChildren(visible(capturedWords(captured)));
      told.hidden = false;
      mark((step) => step === from, "source");
      mark((step) => captured.read_by.includes(step.path), "reader");
    },
    hide: () => {
      told.hidden = true;
      for (const name of ["source", "reader"]) mark(() => false, name);
    },
  };
  chips.append(...it.steps.slice(0, CHIPS_MAX).map((step) => chip(step, lane)));
  const rest = it.steps.length - CHIPS_MAX;
  if (rest > 0) chips.append(el("li", { class: "chip more-steps" }, `${rest} more`));
  return el("div", { class: "chips-of" }, chips, told);
}

// What a step captured, as text.
function capturedLines(step) {
  return (step.captured ?? []).map((it) => el("p", { class: "captured mono" }, `captured ${capturedWords(it)}`));
}
