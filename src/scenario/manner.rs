//! How a step comes, in words: as whom, and what of what the operation demands it leaves out.

use super::{Call, Step};
use crate::http::{CredentialPlace, DEFAULT_IDENTITY, SecurityScheme};

impl Step {
    /// As whom it comes and what it leaves out or says itself of what the operation demands, such as
    /// `as viewer without token`; empty for a step that comes as usual.
    pub fn manner(&self) -> String {
        let (Some(caller), Some((_, operation))) = (&self.caller, self.call.operation()) else {
            return String::new();
        };
        let mut words = Vec::new();
        if &*caller.identity != DEFAULT_IDENTITY {
            words.push(format!("as {}", caller.identity));
        }
        let shown = caller.schemes();
        let (mut without, mut own) = (Vec::new(), Vec::new());
        for scheme in operation.security.iter().flatten() {
            let field = field(scheme).filter(|it| self.says(it));
            let (list, name) = match field {
                Some(field) => (&mut own, field),
                None if shown.contains(&&*scheme.name) => continue,
                None => (&mut without, &*scheme.name),
            };
            if !list.contains(&name) {
                list.push(name);
            }
        }
        if !without.is_empty() {
            words.push(format!("without {}", without.join(" and ")));
        }
        for name in own {
            let article = if name.starts_with(|it| "AEIOUaeiou".contains(it)) {
                "an"
            } else {
                "a"
            };
            words.push(format!("with {article} {name} of its own"));
        }
        words.join(" ")
    }

    /// Whether it gives a parameter of this name itself.
    fn says(&self, name: &str) -> bool {
        match &self.call {
            Call::Operation { arguments, .. } => {
                let mut arguments = arguments.iter();
                arguments.any(|it| it.name.eq_ignore_ascii_case(name))
            }
            Call::Workflow { .. } => false,
        }
    }
}

/// The name under which a request shows what a scheme demands; none for what it shows in another way.
fn field(scheme: &SecurityScheme) -> Option<&str> {
    match &scheme.place {
        CredentialPlace::Bearer | CredentialPlace::Basic => Some("Authorization"),
        CredentialPlace::Header(name)
        | CredentialPlace::Query(name)
        | CredentialPlace::Cookie(name) => Some(name),
        CredentialPlace::Certificate => None,
    }
}
