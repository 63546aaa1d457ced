//! A request as a shell command that sends it again, with `curl`.
//!
//! The command is one line and shows no control character. It needs a shell with `$'…'` quotes
//! (POSIX.1-2024 §2.2.4) only where the request holds bytes that cannot be shown. Values that are
//! secret by the name of their header or query field, and user and password of an URL, become
//! environment variables, and so does what was taken out of the request before, of which it holds the
//! name alone.

mod credentials;
mod form;
mod way;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::PROGRAM;
use super::escape::is_hidden;
use crate::http::{Header, Request, is_secret_name};
use crate::secret::{Kind, Piece, pieces};
use crate::world::{Site, SiteField};
use credentials::Credentials;

/// The largest body that is written into the command, in bytes.
pub const INLINE_BYTES_MAX: usize = 4 * 1024;

/// A command that sends the same request.
///
/// A multipart form is written field by field, with its files by their names. Any other body that is
/// long or no text is not in it: then it reads `FILE`, which stands for a file with that body, and ends
/// in a comment with size and the begin of the SHA-256 of the bytes.
pub fn render(request: &Request) -> String {
    render_to(request, &Site::default())
}

/// The same, to a site: with what it wants to see in every request, and as it is reached.
pub fn render_to(request: &Request, site: &Site) -> String {
    let mut variables = Variables::default();
    let mut out = String::from("curl");
    write_options(request, &mut out);
    out.push(' ');
    write_url(&request.url, &mut variables, &mut out);
    let form = form::of(request);
    let credentials = Credentials::of(request, site.way.authority.is_some());
    let mut cookies = credentials.cookies();
    for header in &request.headers {
        let is_written = form.is_some() && header.name.eq_ignore_ascii_case("content-type");
        if is_written || is_implied(header, &request.url) {
            continue;
        }
        out.push_str(" -H ");
        write_header(header, &mut variables, &mut out);
        if header.name.eq_ignore_ascii_case("cookie") {
            // Beside a field of its own, curl sends no other cookies.
            for (name, scheme) in std::mem::take(&mut cookies) {
                write_quoted(format!("; {name}=").as_bytes(), &mut out);
                credentials.write_cookie(scheme, &mut variables, &mut out);
            }
        }
    }
    let said = |name: &str| request.headers.contains(name) || credentials.go_into(name);
    for field in site.fields.iter().filter(|it| !said(&it.name)) {
        out.push_str(" -H ");
        write_field(field, &mut variables, &mut out);
    }
    credentials.write(&cookies, &mut variables, &mut out);
    way::write(&site.way, &request.url, &mut variables, &mut out);
    match form {
        Some(parts) => form::write(&parts, &mut variables, &mut out),
        None => write_body(request, &mut variables, &mut out),
    }
    out
}

/// A text as one word of a shell command, whatever stands in it.
pub fn quote(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"_-./:=@%+,#".contains(&byte);
    // Some of these mean something to a shell at the begin of a word.
    let begins_plain = text.starts_with(|letter: char| letter.is_ascii_alphanumeric());
    if begins_plain && text.bytes().all(is_plain) {
        return text.to_owned();
    }
    let mut out = String::new();
    write_quoted(text.as_bytes(), &mut out);
    out
}

fn write_options(request: &Request, out: &mut String) {
    let has_body = !request.body.is_empty();
    let path = request
        .target()
        .split(['?', '#'])
        .next()
        .unwrap_or_default();
    if request.url.contains(['[', ']', '{', '}']) {
        out.push_str(" --globoff");
    }
    if path
        .split('/')
        .any(|segment| segment == "." || segment == "..")
    {
        out.push_str(" --path-as-is");
    }
    match (request.method.as_str(), has_body) {
        ("GET", false) | ("POST", true) => {}
        // With -X HEAD, curl waits for a body that never comes.
        ("HEAD", false) => out.push_str(" --head"),
        (method, _) => {
            out.push_str(" -X ");
            out.push_str(&quote(method));
        }
    }
}

/// Environment variables that stand for secrets; each name is used for one value.
#[derive(Default)]
struct Variables<'r> {
    /// What each of them stands for.
    held: BTreeMap<String, Held<'r>>,
}

/// What a variable stands for.
#[derive(PartialEq, Eq)]
enum Held<'r> {
    /// A value that stands in the request.
    Own(&'r [u8]),
    /// Something that the target's keyring holds: for a scheme, and what of it.
    Credential(String, &'static str),
    /// What was taken out of the request, by its name.
    Named(String),
}

/// Variables that a shell or its user has already.
const TAKEN: [&str; 12] = [
    "EUID", "HOME", "HOSTNAME", "IFS", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "UID",
    "USER",
];

impl<'r> Variables<'r> {
    /// Writes the variable that stands for something.
    fn write(&mut self, name: &str, held: Held<'r>, out: &mut String) {
        let base = variable(name);
        let mut variable = base.clone();
        let mut number = 1;
        // At most one round for each secret of this request, and one more.
        while TAKEN.contains(&variable.as_str())
            || self.held.get(&variable).is_some_and(|other| *other != held)
        {
            number += 1;
            variable = format!("{base}_{number}");
        }
        write!(out, "\"${variable}\"").expect("a String takes all");
        self.held.insert(variable, held);
    }

    /// Writes text as quoted words, with variables for what was taken out of it.
    fn write_text(&mut self, text: &[u8], out: &mut String) {
        for piece in pieces(text) {
            match piece {
                Piece::Plain(text) => write_quoted(text, out),
                Piece::Placeholder(Kind::Credential, scheme) => {
                    self.write(scheme, Held::Credential(scheme.to_owned(), ""), out);
                }
                Piece::Placeholder(Kind::Secret, name) => {
                    self.write(&format!("step_{name}"), Held::Named(name.to_owned()), out);
                }
            }
        }
    }

    /// Writes the variable for a secret that the step itself says. Its name is no scheme's: what a flow
    /// sends on purpose is most often not what is right.
    fn write_own(&mut self, name: &str, value: &'r [u8], out: &mut String) {
        self.write(&format!("step_{name}"), Held::Own(value), out);
    }
}

/// The name of the variable that stands for what has this name.
fn variable(name: &str) -> String {
    let mut variable: String = name
        .chars()
        .map(|letter| {
            if letter.is_ascii_alphanumeric() {
                letter.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    if !variable.starts_with(|letter: char| letter.is_ascii_uppercase()) {
        variable.insert(0, '_');
    }
    variable
}

fn write_url<'r>(url: &'r str, variables: &mut Variables<'r>, out: &mut String) {
    let (before, query) = url.split_once('?').unwrap_or((url, ""));
    let mut plain = String::new();
    let authority = authority(url);
    match authority.rsplit_once('@') {
        Some((user, host)) => {
            let start = before.len() - after_scheme(before).len();
            write_quoted(&before.as_bytes()[..start], out);
            variables.write("userinfo", Held::Own(user.as_bytes()), out);
            plain.push('@');
            plain.push_str(host);
            plain.push_str(&before[start + authority.len()..]);
        }
        None => plain.push_str(before),
    }
    if url.len() > before.len() {
        plain.push('?');
    }
    for (place, field) in query.split('&').enumerate() {
        if place > 0 {
            plain.push('&');
        }
        match field.split_once('=') {
            Some((name, value)) if is_secret_name(name) && !value.is_empty() => {
                plain.push_str(name);
                plain.push('=');
                variables.write_text(plain.as_bytes(), out);
                plain.clear();
                variables.write_own(name, value.as_bytes(), out);
            }
            _ => plain.push_str(field),
        }
    }
    if !plain.is_empty() {
        variables.write_text(plain.as_bytes(), out);
    }
}

fn after_scheme(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// User, host and port of an URL (`RFC 3986 §3.2`).
fn authority(url: &str) -> &str {
    after_scheme(url)
        .split(['/', '?', '#'])
        .next()
        .unwrap_or_default()
}

/// Whether curl sends this header by itself, or the client added it by itself.
fn is_implied(header: &Header, url: &str) -> bool {
    let value = header.text();
    match header.name.to_ascii_lowercase().as_str() {
        "content-length" => true,
        "host" => value.eq_ignore_ascii_case(authority(url)),
        "accept" => value == "*/*",
        "user-agent" => value
            .strip_prefix(PROGRAM)
            .is_some_and(|rest| rest.starts_with('/')),
        _ => false,
    }
}

fn write_header<'r>(header: &'r Header, variables: &mut Variables<'r>, out: &mut String) {
    let mut word = header.name.clone().into_bytes();
    if header.value.is_empty() {
        // `name:` would take the header away (curl(1), --header).
        word.push(b';');
        write_quoted(&word, out);
    } else if is_secret_name(&header.name) {
        word.extend_from_slice(b": ");
        write_quoted(&word, out);
        variables.write_own(&header.name, &header.value, out);
    } else {
        word.extend_from_slice(b": ");
        word.extend_from_slice(&header.value);
        variables.write_text(&word, out);
    }
}

/// Writes a field of the site; a variable stands for what is secret.
fn write_field(field: &SiteField, variables: &mut Variables<'_>, out: &mut String) {
    let name = &field.name;
    match &field.value {
        Some(value) => variables.write_text(format!("{name}: {value}").as_bytes(), out),
        None => {
            write_quoted(format!("{name}: ").as_bytes(), out);
            variables.write(name, Held::Credential(name.clone(), ""), out);
        }
    }
}

fn write_body(request: &Request, variables: &mut Variables<'_>, out: &mut String) {
    let body = &request.body;
    if body.is_empty() {
        return;
    }
    if !request.headers.contains("content-type") {
        // Without this, curl declares a form.
        out.push_str(" -H 'content-type:'");
    }
    let is_text = std::str::from_utf8(body).is_ok() && !body.contains(&0);
    if is_text && body.len() <= INLINE_BYTES_MAX {
        // --data-binary reads a file where the text begins with `@`; --data-raw does not.
        let option = if body.starts_with(b"@") {
            " --data-raw "
        } else {
            " --data-binary "
        };
        out.push_str(option);
        variables.write_text(body, out);
        return;
    }
    let digest = Sha256::digest(body);
    write!(out, " --data-binary @FILE # {} bytes of body: ", body.len())
        .expect("a String takes all");
    for byte in digest.iter().take(6) {
        write!(out, "{byte:02x}").expect("a String takes all");
    }
}

/// Writes bytes as one quoted word: `'…'`, or `$'…'` where something cannot be shown.
fn write_quoted(bytes: &[u8], out: &mut String) {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains(is_hidden));
    if let Some(text) = text {
        out.push('\'');
        out.push_str(&text.replace('\'', r"'\''"));
        out.push('\'');
        return;
    }
    out.push_str("$'");
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            match letter {
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\\' | '\'' => out.extend(['\\', letter]),
                _ if is_hidden(letter) => {
                    write_octal(letter.encode_utf8(&mut [0; 4]).as_bytes(), out);
                }
                _ => out.push(letter),
            }
        }
        write_octal(chunk.invalid(), out);
    }
    out.push('\'');
}

fn write_octal(bytes: &[u8], out: &mut String) {
    for byte in bytes {
        write!(out, "\\{byte:03o}").expect("a String takes all");
    }
}

#[cfg(test)]
mod tests;
