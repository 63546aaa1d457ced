//! The tries of a flow before the last one: what was found in them is shown, too.

use super::{Invocation, Palette, failure, paint, word};
use crate::report::CaseReport;

/// What the tries before the last one came to, a block for each; nothing for a flow that was played once.
pub fn tries(case: &CaseReport, invocation: &Invocation, palette: &Palette) -> String {
    let max = case.tries.max;
    let earlier = case.tries.earlier.iter().enumerate();
    let blocks = earlier.map(|(place, one)| {
        let (word, style) = word(one, palette);
        let number = place + 1;
        let head = format!("      try {number}/{max} {}\n", paint(style, word));
        head + &failure(one, invocation, palette)
    });
    blocks.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_try_before_the_last_is_shown_with_what_was_found() {
        let text = tries(&sample::flaky(), &Invocation::default(), &Palette::PLAIN);
        assert!(text.starts_with("      try 1/3 FAIL\n"), "{text}");
        assert!(text.contains("`total` must be integer"), "{text}");
        let once = tries(&sample::failed(), &Invocation::default(), &Palette::PLAIN);
        assert_eq!(once, "");
    }
}
