//! Joining the records of shards: nothing is lost, and nothing counts twice.

use std::collections::BTreeMap;

use super::head::{End, Head, Shard};
use super::{Record, RecordedCase};
use crate::coverage::{Covered, CoveredError};

/// Why records cannot be joined. The names are those that the records were given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MergeError {
    /// There is none.
    #[error("there is no record")]
    Nothing,
    /// A record that is of no shard.
    #[error("{0}: it is the record of a whole run, and no shard")]
    NoShard(String),
    /// Two that do not belong together.
    #[error("{name}: {what} is not that of {first}")]
    Strangers {
        /// The one.
        name: String,
        /// The other.
        first: String,
        /// What they do not have in common.
        what: String,
    },
    /// Two of the same shard.
    #[error("{name} and {first} are both of shard {shard}")]
    Twins {
        /// The one.
        name: String,
        /// The other.
        first: String,
        /// The shard.
        shard: Shard,
    },
    /// Shards that are missing.
    #[error("shards are missing: {0}")]
    Missing(String),
    /// A case in two of them, or in none.
    #[error("{0}")]
    Places(String),
    /// What was covered of two contracts.
    #[error("{0}: {1}")]
    Coverage(String, CoveredError),
}

/// Joins the records of all shards of one run, each with the name that messages call it by; `heavier`
/// tells which of two exit codes counts.
///
/// # Errors
/// When they are not all of one plan, of one contract and of one seed; when a shard is missing or there
/// twice; when a case is.
pub fn merge(
    records: Vec<(String, Record)>,
    heavier: &dyn Fn(u8, u8) -> u8,
) -> Result<Record, MergeError> {
    let (first_name, first) = records.first().ok_or(MergeError::Nothing)?;
    let first_name = first_name.clone();
    let common = first.head.clone();
    let mut apis = BTreeMap::new();
    let mut shards: BTreeMap<Shard, String> = BTreeMap::new();
    let mut cases: Vec<RecordedCase> = Vec::new();
    let mut exit = 0;
    let mut coverage = Some(Covered::default());
    for (name, record) in records {
        let shard = record.head.shard;
        let shard = shard.ok_or_else(|| MergeError::NoShard(name.clone()))?;
        if let Some(what) = difference(&common, &record.head) {
            let first = first_name.clone();
            return Err(MergeError::Strangers { name, first, what });
        }
        if let Some(first) = shards.insert(shard, name.clone()) {
            return Err(MergeError::Twins { name, first, shard });
        }
        exit = heavier(exit, record.end.exit);
        coverage = join(coverage, record.coverage)
            .map_err(|why| MergeError::Coverage(name.clone(), why))?;
        apis.extend(record.head.apis);
        cases.extend(record.cases);
    }
    let of = common.shard.map_or(0, |it| it.of);
    let missing: Vec<String> = (1..=of)
        .map(|index| Shard { index, of })
        .filter(|it| !shards.contains_key(it))
        .map(|it| it.to_string())
        .collect();
    if !missing.is_empty() {
        return Err(MergeError::Missing(missing.join(", ")));
    }
    cases.sort_by_key(|it| it.place);
    check_places(&common, &cases)?;
    let end = End {
        cases: cases.len(),
        exit,
        told: format!("joined from {of} shards"),
    };
    let head = Head {
        apis,
        shard: None,
        ..common
    };
    Ok(Record {
        head,
        cases,
        coverage,
        end,
    })
}

/// What both cover; unknown as soon as it is of one of them.
fn join(whole: Option<Covered>, part: Option<Covered>) -> Result<Option<Covered>, CoveredError> {
    let (Some(mut whole), Some(part)) = (whole, part) else {
        return Ok(None);
    };
    whole.join(part)?;
    Ok(Some(whole))
}

/// What two runs of one plan must have in common, and these have not.
fn difference(first: &Head, other: &Head) -> Option<String> {
    let digest = |head: &Head, name: &str| head.apis.get(name).map(|it| it.digest.clone());
    let names = first.apis.keys().chain(other.apis.keys());
    let api = names.into_iter().find(|name| {
        // A shard may play only some of the APIs.
        let (one, two) = (digest(first, name), digest(other, name));
        one.is_some() && two.is_some() && one != two
    });
    let of = |head: &Head| head.shard.map(|it| it.of);
    if let Some(api) = api {
        Some(format!("the contract of {api}"))
    } else if first.program != other.program {
        Some("the version of countersign".to_owned())
    } else if first.seed != other.seed {
        Some("the seed".to_owned())
    } else if of(first) != of(other) {
        Some("the number of shards".to_owned())
    } else if (&first.plan, first.cases) != (&other.plan, other.cases) {
        Some("the plan".to_owned())
    } else {
        None
    }
}

fn check_places(head: &Head, cases: &[RecordedCase]) -> Result<(), MergeError> {
    for (place, case) in cases.iter().enumerate() {
        if case.place < place {
            let message = format!("{} was played in two shards", case.report.path);
            return Err(MergeError::Places(message));
        }
        if case.place > place {
            let message = format!(
                "the flow with the number {} was played in no shard",
                place + 1
            );
            return Err(MergeError::Places(message));
        }
    }
    if cases.len() == head.cases {
        return Ok(());
    }
    let message = format!(
        "{} of {} flows were played in no shard",
        head.cases - cases.len(),
        head.cases
    );
    Err(MergeError::Places(message))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{sample, write};

    type Parts = Vec<(String, Record)>;

    /// What is not the same, and how it is made another one.
    type Strange = (&'static str, fn(&mut Head));

    fn text(record: &Record) -> String {
        let mut out = Vec::new();
        write(record, &mut out).expect("memory takes all");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn the_parts_are_the_whole_in_any_order() {
        let mut whole = sample::record();
        for of in 1..=5 {
            let mut parts = sample::shards(of);
            parts.reverse();
            let joined = merge(parts, &u8::max).expect("they belong together");
            whole.end.told.clone_from(&joined.end.told);
            assert_eq!(text(&joined), text(&whole), "{of}");
        }
    }

    #[test]
    fn coverage_is_unknown_when_that_of_a_part_is() {
        let mut parts = sample::shards(3);
        parts[1].1.coverage = None;
        let joined = merge(parts, &u8::max).expect("they belong together");
        assert_eq!(joined.coverage, None);
        let mut parts = sample::shards(2);
        let covered = parts[1].1.coverage.as_mut().expect("it is there");
        covered.apis.values_mut().for_each(|it| it.digest.push('x'));
        let told = merge(parts, &u8::max).expect_err("a reason").to_string();
        assert_eq!(told, "part 2: the coverage of widgets is of two contracts");
    }

    #[test]
    fn what_does_not_belong_together_is_refused() {
        let told = |change: &dyn Fn(&mut Parts)| {
            let mut parts = sample::shards(3);
            change(&mut parts);
            merge(parts, &u8::max).expect_err("a reason").to_string()
        };
        assert_eq!(told(&|it| it.clear()), "there is no record");
        assert_eq!(told(&|it| drop(it.remove(1))), "shards are missing: 2/3");
        let twins = told(&|it| it[2] = ("again".to_owned(), it[0].1.clone()));
        assert_eq!(twins, "again and part 1 are both of shard 1/3");
        let whole = told(&|it| it[1].1.head.shard = None);
        assert_eq!(
            whole,
            "part 2: it is the record of a whole run, and no shard"
        );
        let strangers: [Strange; 5] = [
            ("the seed", |it| it.seed = 8),
            ("the plan", |it| it.plan.push('x')),
            ("the version of countersign", |it| it.program.push('x')),
            ("the contract of widgets", |it| {
                it.apis.values_mut().for_each(|it| it.digest.push('x'));
            }),
            ("the number of shards", |it| {
                it.shard = Some(Shard { index: 2, of: 4 });
            }),
        ];
        for (what, change) in strangers {
            let told = told(&|it| change(&mut it[1].1.head));
            assert_eq!(told, format!("part 2: {what} is not that of part 1"));
        }
    }

    #[test]
    fn a_case_is_in_one_shard() {
        let mut parts = sample::shards(2);
        let case = parts[0].1.cases[0].clone();
        parts[1].1.cases.push(case);
        let told = merge(parts, &u8::max).expect_err("a reason").to_string();
        assert!(told.ends_with("was played in two shards"), "{told}");
        for (at, what) in [(0, "number 1"), (2, "1 of 5 flows")] {
            let mut parts = sample::shards(2);
            parts[0].1.cases.remove(at);
            let told = merge(parts, &u8::max).expect_err("a reason").to_string();
            assert!(
                told.contains(what) && told.ends_with("in no shard"),
                "{told}"
            );
        }
    }
}
