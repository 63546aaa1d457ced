// The report's document, as `--report json` writes it: base64 of gzip of JSON.

async function readDocument() {
  const packed = atob(document.getElementById("data").textContent);
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const text = await new Response(stream).text();
  return { report: JSON.parse(text), packedBytes: bytes.length, letters: text.length };
}

// A short name for a text, equal for equal texts: FNV-1a, twice, for the names in the address.
function digest(text) {
  let [one, two] = [0x811c9dc5, 0x050c5d1f];
  for (let at = 0; at < text.length; at += 1) {
    one = Math.imul(one ^ text.charCodeAt(at), 0x01000193);
    two = Math.imul(two ^ text.charCodeAt(at), 0x01000193) + at;
  }
  const hex = (number) => (number >>> 0).toString(16).padStart(8, "0");
  return hex(one) + hex(two);
}
