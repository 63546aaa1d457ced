//! The registries of rise-image: which can be reached, and what they tell of an image.
//!
//! Nothing is asked of the network. What a registry would answer follows from the domain, and what
//! an image is from its path and tag, so that the same requests always get the same answers.

use std::fmt::Write;

use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The top-level domain that never exists (RFC 2606 §2).
const NOWHERE: &str = "invalid";
/// How many layers an image has, at most.
const LAYERS_MAX: u8 = 4;
/// No image is built before this second: 2020-01-01T00:00:00Z.
const FIRST_BUILD: i64 = 1_577_836_800;
/// All images are built within so many seconds: a year.
const BUILD_SECONDS: u32 = 31_536_000;

/// Whether a registry of this domain answers at all.
pub(super) fn is_reachable(domain: &str) -> bool {
    let host = domain.split(':').next().unwrap_or_default();
    let last = host.rsplit('.').next().unwrap_or_default();
    !last.eq_ignore_ascii_case(NOWHERE)
}

/// What is known of an image.
pub(super) fn manifest(image: &str, tag: &str) -> Value {
    let whole = digest(&format!("{image}:{tag}"));
    let count = 1 + whole[0] % LAYERS_MAX;
    let mut megabytes = 0;
    let layers: Vec<Value> = (0..count)
        .map(|number| {
            let layer = digest(&format!("{image}:{tag} layer {number}"));
            let size = 1 + u32::from(layer[0]);
            megabytes += size;
            json!({ "digest": format!("sha256:{}", hex(&layer)), "size": format!("{size}MB") })
        })
        .collect();
    let second = u32::from_be_bytes([whole[1], whole[2], whole[3], whole[4]]) % BUILD_SECONDS;
    let created = Timestamp::from_second(FIRST_BUILD + i64::from(second))
        .expect("it is a second of the year 2020");
    json!({
        "architecture": "amd64",
        "os": "linux",
        "size": format!("{megabytes}MB"),
        "created": created.to_string(),
        "layers": layers,
    })
}

fn digest(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_below_invalid_cannot_be_reached() {
        for domain in ["registry.invalid", "Registry.INVALID:5000", "invalid"] {
            assert!(!is_reachable(domain), "{domain}");
        }
        for domain in ["harbor.example.com", "invalid.example.com", "notinvalid"] {
            assert!(is_reachable(domain), "{domain}");
        }
    }

    #[test]
    fn an_image_is_the_same_each_time_and_another_one_is_another() {
        let nginx = manifest("library/nginx", "latest");
        assert_eq!(nginx, manifest("library/nginx", "latest"));
        for other in [
            manifest("library/nginx", "alpine"),
            manifest("nginx", "latest"),
        ] {
            assert_ne!(nginx["layers"], other["layers"]);
        }
    }

    #[test]
    fn a_manifest_adds_up() {
        let nginx = manifest("library/nginx", "latest");
        let megabytes = |value: &Value| {
            let text = value["size"].as_str().unwrap();
            text.strip_suffix("MB").unwrap().parse::<u32>().unwrap()
        };
        let layers = nginx["layers"].as_array().unwrap();
        assert!(!layers.is_empty());
        assert_eq!(layers.iter().map(megabytes).sum::<u32>(), megabytes(&nginx));
        for layer in layers {
            let digest = layer["digest"].as_str().unwrap();
            assert_eq!(digest.strip_prefix("sha256:").unwrap().len(), 64);
        }
        assert!(nginx["created"].as_str().unwrap().starts_with("2020-"));
    }
}
