//! Tokens, of which names of methods and header fields are made (`RFC 9110 §5.6.2`).

/// Whether a text is a token.
pub fn is_token(text: &str) -> bool {
    let belongs = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    !text.is_empty() && text.bytes().all(belongs)
}

#[cfg(test)]
mod tests {
    use super::is_token;

    #[test]
    fn separators_and_other_scripts_are_no_part_of_a_token() {
        for token in ["GET", "X-Rate_Limit", "a.b", "!#$%&'*+-.^_`|~"] {
            assert!(is_token(token), "{token}");
        }
        for text in ["", "a b", "a:b", "a/b", "{a}", "n\u{e4}me"] {
            assert!(!is_token(text), "{text}");
        }
    }
}
