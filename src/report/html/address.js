// What is looked at stands in the fragment of the address, so that a place can be sent to somebody.

const VIEWS = ["failures", "changes", "flows", "about"];

// Where the report holds times, there is one more.
function addTimeline() {
  VIEWS.splice(VIEWS.indexOf("about"), 0, "timeline");
}

const FIELDS = ["tab", "q", "verdict", "class", "open"];

// The one-time token with which decisions may be saved; it is in no address and no storage.
let token = null;

function readAddress() {
  const fields = new URLSearchParams(location.hash.slice(1));
  if (fields.has("token")) {
    token = fields.get("token");
    fields.delete("token");
    const rest = fields.toString();
    history.replaceState(null, "", location.pathname + location.search + (rest && `#${rest}`));
  }
  return Object.fromEntries(FIELDS.map((name) => [name, fields.get(name) ?? ""]));
}

function addressOf(looked) {
  const fields = new URLSearchParams();
  for (const name of FIELDS) if (looked[name]) fields.set(name, looked[name]);
  return `#${fields}`;
}

// Changes what is looked at without a new entry in the history.
function note(changes) {
  Object.assign(looked, changes);
  history.replaceState(null, "", addressOf(looked));
}

let looked = { tab: "", q: "", verdict: "", class: "", open: "" };
