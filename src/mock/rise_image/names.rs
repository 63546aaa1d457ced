//! The forms of texts that rise-image reads: names, domains, images, lengths of time.
//!
//! Sources: RFC 1123 §2.1 as Kubernetes takes it, OCI Distribution Specification 1.1 ("Pulling
//! manifests"), the durations of Go's `time.ParseDuration`.

/// The longest name of a resource, in bytes.
const NAME_BYTES_MAX: usize = 253;
/// The longest label: the name of a namespace, in bytes.
const LABEL_BYTES_MAX: usize = 63;
/// The longest path of an image, in bytes.
const IMAGE_BYTES_MAX: usize = 255;
/// The longest tag of an image, in bytes.
const TAG_BYTES_MAX: usize = 128;
/// The units of a length of time; the longer ones that begin like others come first.
const UNITS: [&str; 7] = ["ns", "us", "µs", "ms", "s", "m", "h"];

/// Whether `text` can name a resource: labels joined by dots.
pub(super) fn is_name(text: &str) -> bool {
    text.len() <= NAME_BYTES_MAX && text.split('.').all(is_lower_label)
}

/// Whether `text` can name a namespace: one label.
pub(super) fn is_namespace(text: &str) -> bool {
    text.len() <= LABEL_BYTES_MAX && is_lower_label(text)
}

/// Whether `text` is the host of a registry, with or without a port.
pub(super) fn is_domain(text: &str) -> bool {
    let (host, port) = match text.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    let is_port = |port: &str| {
        port.starts_with(|first: char| matches!(first, '1'..='9')) && port.parse::<u16>().is_ok()
    };
    host.len() <= NAME_BYTES_MAX && host.split('.').all(is_label) && port.is_none_or(is_port)
}

/// Whether `text` is the path of an image without a tag.
pub(super) fn is_image(text: &str) -> bool {
    text.len() <= IMAGE_BYTES_MAX && text.split('/').all(is_image_part)
}

/// Whether `text` is the tag of an image.
pub(super) fn is_tag(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=TAG_BYTES_MAX).contains(&text.len())
        && text.bytes().next().is_some_and(is_word)
        && text
            .bytes()
            .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

/// Whether `text` is a length of time such as `1h30m`: numbers, each with its unit.
pub(super) fn is_duration(text: &str) -> bool {
    let mut rest = text;
    while !rest.is_empty() {
        let Some(after) = after_number(rest).and_then(after_unit) else {
            return false;
        };
        rest = after;
    }
    !text.is_empty()
}

fn is_lower_label(text: &str) -> bool {
    is_label(text) && !text.bytes().any(|byte| byte.is_ascii_uppercase())
}

fn is_label(text: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
    is_end(text.bytes().next())
        && is_end(text.bytes().last())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Words of lower-case letters and digits, joined by a dot, one or two underscores, or hyphens.
fn is_image_part(text: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let mut joints = text.split(|letter: char| u8::try_from(letter).is_ok_and(is_word));
    // What stands before the first word and after the last one is empty, and so is what stands
    // between two characters of one word.
    let is_joint = |joint: &str| {
        matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|byte| byte == b'-')
    };
    joints.all(is_joint)
        && text.bytes().next().is_some_and(is_word)
        && text.bytes().last().is_some_and(is_word)
}

/// What follows a number with or without a fraction.
fn after_number(text: &str) -> Option<&str> {
    let whole = after_digits(text)?;
    match whole.strip_prefix('.') {
        Some(fraction) => after_digits(fraction),
        None => Some(whole),
    }
}

fn after_digits(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches(|letter: char| letter.is_ascii_digit());
    (rest.len() < text.len()).then_some(rest)
}

/// What follows a unit; `ms` is one, not `m` and an `s`.
fn after_unit(text: &str) -> Option<&str> {
    UNITS.iter().find_map(|unit| text.strip_prefix(unit))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_labels_joined_by_dots() {
        for name in ["a", "0", "harbor-prod", "myapp-v1.0.0", "a--b.c"] {
            assert!(is_name(name), "{name}");
        }
        for name in [
            "", "A", "a_b", "-a", "a-", ".a", "a.", "a..b", "a-.b", "ä", "a/b", " a",
        ] {
            assert!(!is_name(name), "{name}");
        }
        assert!(is_name(&"a".repeat(253)) && !is_name(&"a".repeat(254)));
    }

    #[test]
    fn a_namespace_is_one_label() {
        assert!(is_namespace("default") && is_namespace(&"a".repeat(63)));
        for name in ["", "a.b", "_all_", "A", "a-", &"a".repeat(64)] {
            assert!(!is_namespace(name), "{name}");
        }
    }

    #[test]
    fn a_domain_has_no_scheme_and_no_path() {
        for domain in [
            "harbor.example.com",
            "localhost",
            "Harbor.Example.com:5000",
            "10.0.0.1:80",
            "harbor:1",
            "harbor:65535",
        ] {
            assert!(is_domain(domain), "{domain}");
        }
        for domain in [
            "",
            "https://harbor",
            "harbor/library",
            "har bor",
            "harbor:",
            "harbor:https",
            "harbor:0",
            "harbor:080",
            "harbor:+80",
            "harbor:65536",
            "harbor:123456",
            "a..b",
            "a:1:2",
        ] {
            assert!(!is_domain(domain), "{domain}");
        }
        let longest = vec!["a"; 127].join(".");
        assert!(is_domain(&longest) && is_domain(&format!("{longest}:65535")));
        assert!(!is_domain(&format!("{longest}.a")));
    }

    #[test]
    fn images_and_tags_are_those_of_oci() {
        for image in [
            "nginx",
            "library/nginx",
            "a.b/c_d/e__f/g---h",
            &"a".repeat(255),
        ] {
            assert!(is_image(image), "{image}");
        }
        for image in [
            "",
            "/a",
            "a/",
            "a//b",
            "A",
            "a:1",
            "a..b",
            "a___b",
            "a.-b",
            "-a",
            "a-",
            "镜像",
            &"a".repeat(256),
        ] {
            assert!(!is_image(image), "{image}");
        }
        assert!(is_tag("v1.0.0") && is_tag("_A.z-9") && is_tag(&"a".repeat(128)));
        for tag in ["", ".a", "-a", "a:b", "a b", "ä", &"a".repeat(129)] {
            assert!(!is_tag(tag), "{tag}");
        }
    }

    #[test]
    fn a_duration_is_numbers_with_units() {
        for text in ["1h", "10m", "1h30m", "1.5s", "100ms", "1us2ns", "3µs", "0s"] {
            assert!(is_duration(text), "{text}");
        }
        for text in [
            "", "1", "h", "1d", "-1h", "1.h", ".5h", "1h 2m", "1h2", "1.2.3s",
        ] {
            assert!(!is_duration(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text: String) {
            let told = [is_name(&text), is_namespace(&text), is_domain(&text), is_image(&text),
                is_tag(&text), is_duration(&text)];
            prop_assert!(!text.contains(' ') || told == [false; 6]);
        }
    }
}
