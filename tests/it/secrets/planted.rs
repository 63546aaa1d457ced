//! Secrets, and the forms in which a server may say them.

use serde_json::{Value, json};

/// A secret, and the forms in which it is said.
pub(super) struct Planted {
    pub(super) raw: &'static str,
    pub(super) json: &'static str,
    pub(super) url: &'static str,
    pub(super) html: &'static str,
    /// As the password of `ada`, as `Basic` has it.
    pub(super) basic: &'static str,
    /// What of its Base64 hangs on it alone, wherever it begins.
    pub(super) middles: [&'static str; 3],
}

pub(super) const CREDENTIAL: Planted = Planted {
    raw: "cr3d/of+shop&co\"x1",
    json: "cr3d/of+shop&co\\\"x1",
    url: "cr3d%2Fof%2Bshop%26co%22x1",
    html: "cr3d/of+shop&amp;co&quot;x1",
    basic: "YWRhOmNyM2Qvb2Yrc2hvcCZjbyJ4MQ==",
    middles: [
        "Y3IzZC9vZitzaG9wJmNvIngx",
        "NyM2Qvb2Yrc2hvcCZjbyJ4M",
        "jcjNkL29mK3Nob3AmY28ieD",
    ],
};

pub(super) const PASSWORD: Planted = Planted {
    raw: "open<sesame>&'42",
    json: "open<sesame>&'42",
    url: "open%3Csesame%3E%26%2742",
    html: "open&lt;sesame&gt;&amp;&#x27;42",
    basic: "YWRhOm9wZW48c2VzYW1lPiYnNDI=",
    middles: [
        "b3BlbjxzZXNhbWU+Jic0M",
        "9wZW48c2VzYW1lPiYnND",
        "vcGVuPHNlc2FtZT4mJzQy",
    ],
};

pub(super) const TOKEN: Planted = Planted {
    raw: "t0k3n/of+login\"&<z>",
    json: "t0k3n/of+login\\\"&<z>",
    url: "t0k3n%2Fof%2Blogin%22%26%3Cz%3E",
    html: "t0k3n/of+login&quot;&amp;&lt;z&gt;",
    basic: "YWRhOnQwazNuL29mK2xvZ2luIiY8ej4=",
    middles: [
        "dDBrM24vb2YrbG9naW4iJjx6P",
        "QwazNuL29mK2xvZ2luIiY8ej",
        "0MGszbi9vZitsb2dpbiImPHo+",
    ],
};

pub(super) const ADMIN: Planted = Planted {
    raw: "adm1n-value=&\"q\"",
    json: "adm1n-value=&\\\"q\\\"",
    url: "adm1n-value%3D%26%22q%22",
    html: "adm1n-value=&amp;&quot;q&quot;",
    basic: "YWRhOmFkbTFuLXZhbHVlPSYicSI=",
    middles: [
        "YWRtMW4tdmFsdWU9JiJxI",
        "FkbTFuLXZhbHVlPSYicS",
        "hZG0xbi12YWx1ZT0mInEi",
    ],
};

pub(super) const SID: Planted = Planted {
    raw: "sid0123456789abcdef",
    json: "sid0123456789abcdef",
    url: "sid0123456789abcdef",
    html: "sid0123456789abcdef",
    basic: "YWRhOnNpZDAxMjM0NTY3ODlhYmNkZWY=",
    middles: [
        "c2lkMDEyMzQ1Njc4OWFiY2RlZ",
        "NpZDAxMjM0NTY3ODlhYmNkZW",
        "zaWQwMTIzNDU2Nzg5YWJjZGVm",
    ],
};

pub(super) const ALL: [Planted; 5] = [CREDENTIAL, PASSWORD, TOKEN, ADMIN, SID];

impl Planted {
    pub(super) fn forms(&self) -> Vec<&'static str> {
        let mut forms = vec![self.raw, self.json, self.url, self.html, self.basic];
        forms.extend(self.middles);
        forms
    }

    pub(super) fn said(&self) -> Value {
        json!({
            "raw": self.raw, "nested": json!({"value": self.raw}).to_string(), "json": self.json,
            "url": format!("https://h.example/?t={}&x=1", self.url), "page": format!("<b>{}</b>", self.html),
            "basic": format!("Basic {}", self.basic), "within": self.middles,
        })
    }
}

/// A secret that is too short to be looked for anywhere but in its place.
pub(super) const PIN: &str = "p#1n";
