//! What the schemas of a place say by one keyword.

use serde_json::Value;

use super::Spot;

impl<'o> Spot<'o> {
    /// Every value that some schema of this place gives a keyword, each once.
    pub fn said(&self, keyword: &str) -> Vec<&'o Value> {
        let mut values: Vec<&Value> = Vec::new();
        let maps = self.choices.iter().flatten().flatten();
        for value in maps.filter_map(|(_, map)| map.get(keyword)) {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }
}
