//! What paas-backend reads from a request: forms, with or without a file.
//!
//! It reads them as Flask does: what is no form, or a broken one, has no fields.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;

use super::refusal::{self, Refusal};
use crate::mock::reply;

/// The most parts of one form, as in Flask.
const PARTS_MAX: usize = 1_000;

/// A form: its texts, of each name the first, and the first file of the name `file`.
#[derive(Debug, Default)]
pub(super) struct Form {
    texts: BTreeMap<String, String>,
    file: Option<Upload>,
}

/// An uploaded file.
#[derive(Debug)]
pub(super) struct Upload {
    pub(super) name: String,
    pub(super) content: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Form {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Form, Refusal> {
        if reply::is_of_type(request.headers(), "multipart/form-data") {
            return match Multipart::from_request(request, state).await {
                Ok(parts) => Form::of_parts(parts).await,
                Err(_) => Ok(Form::default()),
            };
        }
        if !reply::is_of_type(request.headers(), "application/x-www-form-urlencoded") {
            return Ok(Form::default());
        }
        match Bytes::from_request(request, state).await {
            Ok(bytes) => Ok(Form::of_pairs(&bytes)),
            Err(rejection) => broken(rejection.status()),
        }
    }
}

impl Form {
    fn of_pairs(bytes: &[u8]) -> Form {
        let mut form = Form::default();
        for (name, value) in url::form_urlencoded::parse(bytes).take(PARTS_MAX) {
            let value = value.into_owned();
            form.texts.entry(name.into_owned()).or_insert(value);
        }
        form
    }

    async fn of_parts(mut parts: Multipart) -> Result<Form, Refusal> {
        let mut form = Form::default();
        for _ in 0..PARTS_MAX {
            match form.take_part(&mut parts).await {
                Ok(true) => {}
                Ok(false) => return Ok(form),
                Err(error) => return broken(error.status()),
            }
        }
        broken(StatusCode::PAYLOAD_TOO_LARGE)
    }

    /// Takes the next part in, if there is one.
    async fn take_part(&mut self, parts: &mut Multipart) -> Result<bool, MultipartError> {
        let Some(part) = parts.next_field().await? else {
            return Ok(false);
        };
        let name = part.name().unwrap_or_default().to_owned();
        let file_name = part.file_name().map(str::to_owned);
        let content = part.bytes().await?;
        match file_name {
            None => {
                let text = String::from_utf8_lossy(&content).into_owned();
                self.texts.entry(name).or_insert(text);
            }
            Some(file_name) if name == "file" => {
                self.file.get_or_insert(Upload {
                    name: file_name,
                    content,
                });
            }
            Some(_) => {}
        }
        Ok(true)
    }

    /// The fields of these names.
    ///
    /// # Errors
    /// When one of them is missing or empty.
    pub(super) fn fields<const N: usize>(&self, names: [&str; N]) -> Result<[&str; N], Refusal> {
        let texts = names.map(|name| self.text(name));
        if texts.contains(&"") {
            Err(refusal::FIELD_EMPTY)
        } else {
            Ok(texts)
        }
    }

    /// The name and the password of a user; with `is_lenient`, the password may be missing.
    ///
    /// # Errors
    /// When one of them is missing or empty.
    pub(super) fn credentials(&self, is_lenient: bool) -> Result<[&str; 2], Refusal> {
        let [user, password] = ["username", "password"].map(|name| self.text(name));
        if user.is_empty() || (password.is_empty() && !is_lenient) {
            Err(refusal::CREDENTIALS_EMPTY)
        } else {
            Ok([user, password])
        }
    }

    /// The uploaded file.
    pub(super) fn file(&self) -> Option<&Upload> {
        self.file.as_ref()
    }

    fn text(&self, name: &str) -> &str {
        self.texts.get(name).map_or("", String::as_str)
    }
}

impl Upload {
    /// Whether the file's name ends in one of these, in any case.
    pub(super) fn is_named(&self, endings: &[&str]) -> bool {
        let ending = self.name.rsplit_once('.').map_or("", |(_, ending)| ending);
        endings.iter().any(|it| it.eq_ignore_ascii_case(ending))
    }
}

/// What becomes of a body that cannot be read to its end.
fn broken(status: StatusCode) -> Result<Form, Refusal> {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Err(Refusal::Page(status)),
        _ => Ok(Form::default()),
    }
}
