//! Which characters of a URI percent-encoding leaves alone (`RFC 3986 §2`).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC};

/// What percent-encoding leaves alone where anything else may have a meaning (`RFC 3986 §2.3`).
pub const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// What it leaves alone in a path, where less has a meaning (`RFC 3986 §3.3`).
pub const PATH: &AsciiSet = &UNRESERVED
    .remove(b'!')
    .remove(b'$')
    .remove(b'&')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')')
    .remove(b'*')
    .remove(b'+')
    .remove(b',')
    .remove(b';')
    .remove(b'=')
    .remove(b':')
    .remove(b'@');
