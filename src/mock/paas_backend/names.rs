//! Which names paas-backend takes: those that are also names of Docker and of Kubernetes.
//!
//! Sources: the reference grammar of Docker's registry; Kubernetes, "Object Names and IDs" and
//! "Labels and Selectors"; RFC 1123 §2.1, RFC 1035 §2.3.1.

/// The longest label of RFC 1123, and so the longest namespace.
const LABEL_MAX: usize = 63;
/// The longest subdomain of RFC 1123.
const SUBDOMAIN_MAX: usize = 253;
/// The longest name of an image, without its tag.
const IMAGE_NAME_MAX: usize = 255;
/// The longest tag.
const TAG_MAX: usize = 128;
/// The longest name of a user: a hyphen and one character of a namespace must fit behind it.
const USER_NAME_MAX: usize = LABEL_MAX - 2;

/// Whether a user may have this name. A hyphen in it would make `a-b` with the namespace `c` and `a`
/// with the namespace `b-c` one namespace of the cluster.
pub(super) fn is_user(name: &str) -> bool {
    (1..=USER_NAME_MAX).contains(&name.len()) && name.bytes().all(is_plain)
}

/// Whether the cluster takes a namespace of this name from this user.
pub(super) fn is_namespace(user: &str, namespace: &str) -> bool {
    !namespace.is_empty() && is_label(&format!("{user}-{namespace}"))
}

/// Whether a deployment may have this name: a subdomain of RFC 1123.
pub(super) fn is_deployment(name: &str) -> bool {
    name.len() <= SUBDOMAIN_MAX && name.split('.').all(is_hyphenated)
}

/// Whether a service may have this name: a label of RFC 1035.
pub(super) fn is_service(name: &str) -> bool {
    is_label(name) && name.starts_with(|first: char| first.is_ascii_lowercase())
}

/// Whether this is a label of RFC 1123.
pub(super) fn is_label(name: &str) -> bool {
    name.len() <= LABEL_MAX && is_hyphenated(name)
}

/// Whether a user's images may be kept in this repo.
pub(super) fn is_repo(user: &str, repo: &str) -> bool {
    user.len() + 1 + repo.len() <= IMAGE_NAME_MAX && repo.split('/').all(is_path_component)
}

/// Whether an image may have this tag.
pub(super) fn is_tag(tag: &str) -> bool {
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    (1..=TAG_MAX).contains(&tag.len()) && !tag.starts_with(['.', '-']) && tag.bytes().all(is_inner)
}

/// Whether this may be the key of a label, with or without a prefix.
pub(super) fn is_label_key(key: &str) -> bool {
    match key.split_once('/') {
        Some((prefix, name)) => is_deployment(prefix) && is_label_name(name),
        None => is_label_name(key),
    }
}

/// Whether this may be the value of a label.
pub(super) fn is_label_value(value: &str) -> bool {
    value.is_empty() || is_label_name(value)
}

fn is_label_name(name: &str) -> bool {
    let is_end = |it: char| it.is_ascii_alphanumeric();
    let is_inner = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
    name.len() <= LABEL_MAX
        && name.starts_with(is_end)
        && name.ends_with(is_end)
        && name.bytes().all(is_inner)
}

/// Lower-case letters and digits, with separators between them: `.`, `_`, `__` or any number of
/// hyphens.
fn is_path_component(text: &str) -> bool {
    let is_end = |it: char| it.is_ascii_lowercase() || it.is_ascii_digit();
    let separators = text.split(is_end).filter(|it| !it.is_empty());
    let is_separator =
        |it: &str| matches!(it, "." | "_" | "__") || it.bytes().all(|byte| byte == b'-');
    text.starts_with(is_end) && text.ends_with(is_end) && separators.into_iter().all(is_separator)
}

/// Lower-case letters, digits and hyphens, and no hyphen at either end.
fn is_hyphenated(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text.bytes().all(|byte| is_plain(byte) || byte == b'-')
}

fn is_plain(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_has_lower_case_letters_and_digits() {
        let longest = "a".repeat(USER_NAME_MAX);
        for right in ["henry", "7", &longest] {
            assert!(is_user(right), "{right}");
        }
        let too_long = "a".repeat(USER_NAME_MAX + 1);
        for wrong in ["", "Henry", "hen-ry", "hen.ry", "亨利", "hen ry", &too_long] {
            assert!(!is_user(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_namespace_is_a_label_together_with_its_user() {
        let longest = "a".repeat(LABEL_MAX - "henry-".len());
        for right in ["test", "7", "a-b", "-a", &longest] {
            assert!(is_namespace("henry", right), "{right}");
        }
        let too_long = format!("{longest}a");
        for wrong in ["", "a-", "Test", "a.b", "测试", &too_long] {
            assert!(!is_namespace("henry", wrong), "{wrong}");
        }
    }

    #[test]
    fn deployments_and_services_are_named_as_kubernetes_demands() {
        let longest = "a".repeat(SUBDOMAIN_MAX);
        assert!(is_deployment("nginx") && is_deployment("1.nginx-a") && is_deployment(&longest));
        for wrong in ["", "a..b", "-a", "a-.b", "A", &format!("{longest}a")] {
            assert!(!is_deployment(wrong), "{wrong}");
        }
        let longest = "a".repeat(LABEL_MAX);
        assert!(is_service("nginx-1") && is_service(&longest));
        for wrong in ["", "1-nginx", "a.b", "a-", &format!("{longest}a")] {
            assert!(!is_service(wrong), "{wrong}");
        }
    }

    #[test]
    fn a_repo_is_a_path_of_docker() {
        let longest = "a".repeat(IMAGE_NAME_MAX - "henry/".len());
        for right in ["nginx", "team/web", "a.b_c__d---e", &longest] {
            assert!(is_repo("henry", right), "{right}");
        }
        let too_long = format!("{longest}a");
        for wrong in [
            "", "Nginx", "a___b", "a..b", "a._b", ".a", "a-", "a//b", "a:b", "镜像", &too_long,
        ] {
            assert!(!is_repo("henry", wrong), "{wrong}");
        }
    }

    #[test]
    fn a_tag_is_one_of_docker() {
        let longest = "a".repeat(TAG_MAX);
        for right in ["1.25.0", "Latest", "_x", "a-", &longest] {
            assert!(is_tag(right), "{right}");
        }
        let too_long = format!("{longest}a");
        for wrong in ["", ".a", "-a", "a:b", "a/b", "最新", &too_long] {
            assert!(!is_tag(wrong), "{wrong}");
        }
    }

    #[test]
    fn labels_have_keys_and_values_of_kubernetes() {
        assert!(is_label_key("app") && is_label_key("example.com/App_1"));
        for wrong in ["", "/app", "Example.com/app", "app-", "a/b/c"] {
            assert!(!is_label_key(wrong), "{wrong}");
        }
        assert!(is_label_value("") && is_label_value("1.25"));
        assert!(!is_label_value("-a") && !is_label_value(&"a".repeat(LABEL_MAX + 1)));
    }
}
