//! The names, references, ids and dates of qappctl-shim: how they look and how they are made.

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use super::Refusal;
use crate::world::Entropy;

/// The platform's local time.
const LOCAL: Offset = Offset::constant(8);

/// The characters of generated suffixes: no vowels, so no words, and none that look alike.
const SUFFIX_CHARACTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";

/// The longest name of a release, in bytes.
const RELEASE_NAME_BYTES_MAX: usize = 63;
/// The longest tag of an image, in bytes (OCI Distribution Specification 1.1, "Pulling manifests").
const TAG_BYTES_MAX: usize = 128;
/// The longest name of an image, in bytes.
const IMAGE_NAME_BYTES_MAX: usize = 255;

/// Whether `text` is the name of an application: `[a-z](?:[-a-z0-9]*[a-z0-9])?`.
pub(super) fn is_app(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase())
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

/// Whether `text` can name a release.
pub(super) fn is_release_name(text: &str) -> bool {
    !text.is_empty() && text.len() <= RELEASE_NAME_BYTES_MAX && text.bytes().all(is_word_byte)
}

/// Splits a reference into name and tag; without a tag it is `latest`. What stands before the
/// last slash stays with the name.
///
/// # Errors
/// When the name or the tag is malformed, or when the reference has a digest: the platform keeps
/// a name and a tag only.
pub(super) fn split_reference(reference: &str) -> Result<(&str, &str), Refusal> {
    let malformed = || Refusal::bad_request(format!("invalid image reference {reference:?}"));
    let last = reference.rsplit('/').next().unwrap_or_default();
    let (short, tag) = last.split_once(':').unwrap_or((last, "latest"));
    let name = match last.split_once(':') {
        Some(_) => &reference[..reference.len() - tag.len() - 1],
        None => reference,
    };
    let is_name = !short.is_empty()
        && name.len() <= IMAGE_NAME_BYTES_MAX
        && short
            .bytes()
            .all(|byte| is_word_byte(byte) && !byte.is_ascii_uppercase())
        && short.ends_with(|last: char| last.is_ascii_alphanumeric())
        && short.starts_with(|first: char| first.is_ascii_alphanumeric());
    let is_path = name.split('/').all(|segment| {
        !segment.is_empty()
            && segment
                .bytes()
                .all(|byte| is_word_byte(byte) || byte == b':')
    });
    let is_tag = !tag.is_empty()
        && tag.len() <= TAG_BYTES_MAX
        && !tag.starts_with(['.', '-'])
        && tag.bytes().all(is_word_byte);
    if is_name && is_path && is_tag {
        Ok((name, tag))
    } else {
        Err(malformed())
    }
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// The name without its path: `k8s.gcr.io/ctr/pause` is kept as `pause`.
pub(super) fn shortened(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Local time with its offset, to the millisecond: `2022-12-01T18:54:40.394+08:00`.
pub(super) fn date_with_milliseconds(moment: Timestamp) -> String {
    format!("{}+08:00", local(moment).strftime("%Y-%m-%dT%H:%M:%S%.3f"))
}

/// Local time with its offset, to the second: `2022-12-01T19:02:19+08:00`.
pub(super) fn date_with_seconds(moment: Timestamp) -> String {
    format!("{}+08:00", local(moment).strftime("%Y-%m-%dT%H:%M:%S"))
}

/// The moment a second later.
pub(super) fn second_after(moment: Timestamp) -> Timestamp {
    let later = moment.saturating_add(SignedDuration::from_secs(1));
    later.expect("a duration of seconds has no calendar units")
}

/// The name of a release that was created without one: `v221201-185439`.
pub(super) fn release_name(moment: Timestamp) -> String {
    local(moment).strftime("v%y%m%d-%H%M%S").to_string()
}

/// The id of a deploy: date, time, second and millisecond, and four random characters:
/// `g221201-1902-19027-6zvz`.
pub(super) fn deploy_id(moment: Timestamp, entropy: &mut Entropy) -> String {
    let date = local(moment).strftime("g%y%m%d-%H%M-%S%3f");
    format!("{date}-{}", suffix(entropy, 4))
}

/// What follows a deploy's id in the ids of all its instances: `64cd4cfd78`.
pub(super) fn instance_group(entropy: &mut Entropy) -> String {
    suffix(entropy, 10)
}

/// What ends the id of one instance: `25qn5`.
pub(super) fn instance_suffix(entropy: &mut Entropy) -> String {
    suffix(entropy, 5)
}

/// An address out of those that are for documentation only (RFC 5737).
pub(super) fn floating_ip(entropy: &mut Entropy) -> String {
    format!("203.0.113.{}", 1 + entropy.below(254))
}

fn suffix(entropy: &mut Entropy, length: usize) -> String {
    let pick = |_| {
        char::from(
            *entropy
                .pick(SUFFIX_CHARACTERS)
                .expect("the characters are not none"),
        )
    };
    (0..length).map(pick).collect()
}

fn local(moment: Timestamp) -> DateTime {
    LOCAL.to_datetime(moment)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2022-12-01T19:02:19.027 local time.
    fn moment() -> Timestamp {
        "2022-12-01T11:02:19.027Z".parse().unwrap()
    }

    #[test]
    fn dates_are_local_and_carry_their_offset() {
        assert_eq!(
            date_with_milliseconds(moment()),
            "2022-12-01T19:02:19.027+08:00"
        );
        assert_eq!(date_with_seconds(moment()), "2022-12-01T19:02:19+08:00");
        let whole: Timestamp = "2022-12-31T16:00:00Z".parse().unwrap();
        assert_eq!(
            date_with_milliseconds(whole),
            "2023-01-01T00:00:00.000+08:00"
        );
    }

    #[test]
    fn ids_look_like_those_of_the_document() {
        assert_eq!(release_name(moment()), "v221201-190219");
        assert_eq!(release_name(second_after(moment())), "v221201-190220");
        let id = deploy_id(moment(), &mut Entropy::from_seed(1));
        let (date, random) = id.rsplit_once('-').unwrap();
        assert_eq!(date, "g221201-1902-19027");
        assert_eq!(random.len(), 4);
        assert!(random.bytes().all(|byte| SUFFIX_CHARACTERS.contains(&byte)));
    }

    #[test]
    fn names_of_apps_follow_the_pattern() {
        for name in ["a", "zenx", "a-1", "a1", "a--b"] {
            assert!(is_app(name), "{name}");
        }
        for name in ["", "A", "1a", "a-", "-a", "a_b", "ä", "a/b"] {
            assert!(!is_app(name), "{name}");
        }
    }

    #[test]
    fn references_are_split_and_shortened() {
        for (reference, name, tag) in [
            ("pause:3.6", "pause", "3.6"),
            ("nginx", "nginx", "latest"),
            ("k8s.gcr.io/ctr/pause:3.6", "k8s.gcr.io/ctr/pause", "3.6"),
            ("localhost:5000/pause", "localhost:5000/pause", "latest"),
        ] {
            assert_eq!(split_reference(reference).unwrap(), (name, tag));
        }
        assert_eq!(shortened("k8s.gcr.io/ctr/pause"), "pause");
        assert_eq!(shortened("pause"), "pause");
    }

    #[test]
    fn malformed_references_are_refused() {
        let long = format!("a:{}", "x".repeat(TAG_BYTES_MAX + 1));
        for reference in [
            "",
            ":1",
            "a:",
            "a/",
            "/a",
            "a//b",
            "A:1",
            "a:1:2",
            "a@sha256:00",
            "a b",
            "-a",
            "a:.1",
            &long,
        ] {
            assert!(split_reference(reference).is_err(), "{reference}");
        }
    }

    proptest! {
        #[test]
        fn no_reference_panics(reference: String) {
            if let Ok((name, tag)) = split_reference(&reference) {
                prop_assert!(reference.starts_with(name) && !tag.is_empty());
            }
        }
    }
}
