//! Searches come together and apart as values come; what they find does not hang on that.

use super::super::Kind;
use super::*;
use proptest::prelude::*;

fn finder(values: usize, at_a_time: usize) -> Finder {
    let mut finder = Finder::default();
    for number in 0..values {
        let name = Name::new(Kind::Secret, "key");
        finder.add(&name, &format!("sesame/{number:04}+open?"));
        if (number + 1) % at_a_time == 0 {
            finder.build();
        }
    }
    finder.build();
    finder
}

#[test]
fn few_values_are_looked_for_by_fast_searches_however_they_come() {
    for values in 1..=AT_ONCE_MAX * (SEARCHES_MAX - 1) {
        for at_a_time in [1, 3, AT_ONCE_MAX + 1, values] {
            let finder = finder(values, at_a_time);
            let all = finder.searches.iter().map(|it| it.values.len());
            assert_eq!(all.sum::<usize>(), values);
            let is_fast = finder.searches.iter().all(|it| it.first.is_some());
            assert!(is_fast, "{values} values, {at_a_time} at a time");
        }
    }
}

#[test]
fn of_many_values_there_are_few_searches() {
    for at_a_time in [1, 7, 50, 1_000] {
        let finder = finder(1_000, at_a_time);
        let all = finder.searches.iter().map(|it| it.values.len());
        assert_eq!(all.sum::<usize>(), 1_000);
        assert!(finder.searches.len() <= SEARCHES_MAX + 4, "{at_a_time}");
        let text = "the key is sesame/0777+open?";
        assert_eq!(finder.find(text.as_bytes()).len(), 1);
    }
}

#[test]
fn what_covers_a_part_of_a_secret_hides_no_other() {
    let name = Name::new(Kind::Secret, "key");
    let [part, whole] = ["ada/sesame", "sesame/open?ada"];
    let text = r"ada/sesame\/open?ada";
    for values in [vec![part, whole], vec![whole, part], vec![whole]] {
        let mut finder = Finder::default();
        for value in &values {
            finder.add(&name, value);
        }
        finder.build();
        let found = finder.find(text.as_bytes());
        let end = found.last().map(|it| it.end);
        assert_eq!((found.len(), end), (1, Some(text.len())), "{values:?}");
    }
}

proptest! {
    #[test]
    fn a_first_look_changes_nothing(
        values in proptest::collection::vec("[a-c]{1,5}[-/+ é]?[a-c]{4,6}[0-9]?", 1..6),
        pieces in proptest::collection::vec((0_usize..6, 0_usize..40, "[a-c]{0,5}|[-/+\\\\n\" é]"), 0..8),
    ) {
        let name = Name::new(Kind::Secret, "key");
        let [mut quick, mut slow] = [Finder::default(), Finder::default()];
        for finder in [&mut quick, &mut slow] {
            for value in &values {
                finder.add(&name, value);
            }
            finder.build();
        }
        for search in &mut slow.searches {
            search.first = None;
        }
        let mut text = String::new();
        for (value, form, between) in pieces {
            let value = &values[value % values.len()];
            let forms = forms::of(value);
            text += &forms[form % forms.len()];
            text += &between;
            text += &value[value.floor_char_boundary(form % 4)..];
        }
        prop_assert_eq!(quick.find(text.as_bytes()), slow.find(text.as_bytes()), "{}", text);
    }
}
