//! The named members of a schema. They are looked up for each member of each body, most of which some
//! schema of an `allOf` does not name: to tell names apart by their length first makes that cheap.

/// Something for each name.
#[derive(Debug)]
pub(super) struct Members<T>(Vec<(String, T)>);

impl<T> Members<T> {
    /// Adds one, in the place of one that has the name already.
    pub(super) fn insert(&mut self, name: String, member: T) {
        match self.place(&name) {
            Ok(place) => self.0[place].1 = member,
            Err(place) => self.0.insert(place, (name, member)),
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.place(name).ok().map(|place| &self.0[place].1)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All of them, in no order that means anything.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &T)> {
        self.0.iter().map(|(name, member)| (name.as_str(), member))
    }

    fn place(&self, name: &str) -> Result<usize, usize> {
        self.0
            .binary_search_by(|(it, _)| (it.len(), it.as_str()).cmp(&(name.len(), name)))
    }
}

impl<T> Default for Members<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_has_its_member() {
        let mut members = Members::default();
        for (number, name) in ["size", "id", "name", "", "names", "size"]
            .iter()
            .enumerate()
        {
            members.insert((*name).to_owned(), number);
        }
        let found = |name: &str| members.get(name).copied();
        assert_eq!(members.len(), 5);
        assert_eq!(members.iter().count(), 5);
        assert_eq!(
            (found("size"), found("name"), found("")),
            (Some(5), Some(2), Some(3))
        );
        assert_eq!(
            (found("sizes"), found("nam"), found("idx")),
            (None, None, None)
        );
    }
}
