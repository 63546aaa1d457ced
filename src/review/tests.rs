//! Tests of a review: keys are pressed, what is decided and what is shown is looked at.

use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::screen::{Look, draw};
use super::*;
use crate::change::{Choice, ContractLine, Judgement};

fn text(total: &str, state: &str) -> String {
    format!(
        "# create\nPOST /items\n\n201\n\n(no body)\n\n# list\nGET /items\n\n200\n\n{{\n  \"state\": {state},\n  \"total\": {total}\n}}"
    )
}

fn judged(class: ChangeClass) -> Judgement {
    Judgement {
        class,
        contract: Some(ContractLine {
            file: "specs/shop/openapi.yaml".to_owned(),
            line: 9,
            column: 3,
        }),
        promise: None,
        why: "a value is wrong".to_owned(),
    }
}

fn flow(name: &str, old: &str, new: &str) -> ReviewedFlow {
    let mut change = FlowChange::between(Some(old), new).expect("a change");
    for it in &mut change.changes {
        it.judgement = judged(if it.title.starts_with("`total`") {
            ChangeClass::Breaking
        } else {
            ChangeClass::AllowedValue
        });
        it.asked = Some("curl http://h/items".to_owned());
    }
    ReviewedFlow {
        name: name.to_owned(),
        source: Some("specs/shop/flows.arazzo.yaml".to_owned()),
        change,
    }
}

/// Two flows with the same two changes: `total` breaks the contract, `state` does not.
fn review() -> Review {
    let (old, new) = (text("2", "\"A\""), text("\"2\"", "\"B\""));
    Review::new(vec![
        flow("shop::one", &old, &new),
        flow("shop::two", &old, &new),
    ])
}

fn press(review: &mut Review, keys: &str) -> Option<Wish> {
    let mut wish = None;
    for key in keys.chars() {
        let key = match key {
            '\u{1b}' => Key::Escape,
            '\n' => Key::Enter,
            sign => Key::Char(sign),
        };
        wish = review.press(key);
    }
    wish
}

/// What is decided: `state` of both flows, then `total` of both.
fn decided(review: &Review) -> [Option<Choice>; 4] {
    let (one, two) = (review.choices(0), review.choices(1));
    [one[0], two[0], one[1], two[1]]
}

const YES: Option<Choice> = Some(Choice::Accept);
const NO: Option<Choice> = Some(Choice::Reject);

#[test]
fn the_same_change_is_one_group_and_the_gravest_comes_first() {
    let review = review();
    let groups = groups(review.flows());
    let titles: Vec<_> = groups
        .iter()
        .map(|it| (it.title.as_str(), it.places.len()))
        .collect();
    let expected = [
        ("`total`: integer -> string", 2),
        ("`state`: \"A\" -> \"B\"", 2),
    ];
    assert_eq!(titles, expected);
    let new = FlowChange::between(None, &text("1", "2")).expect("a change");
    let new = ReviewedFlow {
        name: "shop::new".to_owned(),
        source: None,
        change: new,
    };
    let groups = super::groups(&[new]);
    assert_eq!(groups.len(), 1);
    assert_eq!(
        (groups[0].title.as_str(), groups[0].places.len()),
        ("new flow shop::new", 2)
    );
}

#[test]
fn keys_decide_on_one_a_group_and_all() {
    let mut it = review();
    assert_eq!(press(&mut it, "ja"), Some(Wish::Keep));
    assert_eq!(decided(&it), [YES, None, None, None]);
    press(&mut it, "r");
    assert_eq!(decided(&it), [YES, NO, None, None]);
    let mut it = review();
    press(&mut it, "jA");
    assert_eq!(decided(&it), [YES, YES, None, None]);
    // The focus has gone on to what is left.
    press(&mut it, "R");
    assert_eq!(decided(&it), [YES, YES, NO, NO]);
    assert_eq!(it.progress(), (4, 4));
    let mut it = review();
    press(&mut it, "jRjR");
    assert_eq!(it.mode, Mode::Everything(Verdict::Chosen(Choice::Reject)));
    press(&mut it, "y");
    assert_eq!(decided(&it), [NO; 4]);
}

#[test]
fn what_breaks_the_contract_is_asked_about_once_more() {
    let mut it = review();
    assert_eq!(press(&mut it, "a"), None);
    assert!(matches!(it.mode, Mode::Breaking(_)));
    press(&mut it, "\n");
    assert_eq!(decided(&it), [None; 4]);
    assert_eq!(press(&mut it, "ay"), Some(Wish::Keep));
    assert_eq!(decided(&it), [None, None, YES, None]);
    let mut it = review();
    press(&mut it, "jAjA");
    assert_eq!(it.mode, Mode::Everything(Verdict::Chosen(Choice::Accept)));
    press(&mut it, "y");
    assert!(
        matches!(it.mode, Mode::Breaking(_)),
        "all that is left breaks it"
    );
    press(&mut it, "n");
    assert_eq!(decided(&it), [YES, YES, None, None]);
}

#[test]
fn enter_and_escape_and_moving_decide_nothing() {
    let mut it = review();
    for keys in [
        "\n", "\u{1b}", "jkhl12sS", "?\n", "q\u{1b}", "/x\u{1b}", "dgPZ",
    ] {
        assert_eq!(press(&mut it, keys), None, "{keys:?}");
        assert_eq!(decided(&it), [None; 4], "{keys:?}");
        assert_eq!(it.mode, Mode::Browse, "{keys:?}");
    }
}

#[test]
fn a_decision_is_undone_with_all_that_it_decided() {
    let mut it = review();
    press(&mut it, "jaA");
    assert_eq!(decided(&it), [YES, YES, None, None]);
    press(&mut it, "u");
    assert_eq!(decided(&it), [YES, None, None, None]);
    press(&mut it, "u");
    assert_eq!(decided(&it), [None; 4]);
    assert_eq!(press(&mut it, "u"), None);
    assert_eq!(it.message, "there is nothing to undo");
}

#[test]
fn a_filter_hides_what_it_does_not_fit() {
    let mut it = review();
    press(&mut it, "/ALLOWED\n");
    assert_eq!(it.shown().len(), 1);
    // All that is left means all that is shown.
    press(&mut it, "AA");
    assert_eq!(decided(&it), [YES, YES, None, None]);
    assert_eq!(it.mode, Mode::Browse);
    press(&mut it, "/\u{1b}");
    assert_eq!(it.shown().len(), 2);
    press(&mut it, "/nothing like it\na");
    assert_eq!(decided(&it), [YES, YES, None, None]);
    assert!(shown(&it, 120).contains("nothing fits the filter"));
}

#[test]
fn a_value_becomes_a_rule_and_stays_to_be_played_again() {
    let mut it = review();
    assert_eq!(press(&mut it, "jv1"), Some(Wish::Keep));
    assert_eq!(decided(&it), [None; 4]);
    let rules: Vec<_> = it.rules().collect();
    assert_eq!(rules.len(), 1);
    assert_eq!(rules[0].1.at.as_deref(), Some("$.state"));
    assert_eq!(rules[0].1.name, "state");
    press(&mut it, "u");
    assert_eq!(it.rules().count(), 0);
    assert_eq!(press(&mut it, "v9"), None);
    assert_eq!(it.mode, Mode::Browse);
}

#[test]
fn wishes_are_handed_on() {
    let mut it = review();
    let file = "specs/shop/openapi.yaml".to_owned();
    assert_eq!(press(&mut it, "o"), Some(Wish::Open(file, 9)));
    let curl = "curl http://h/items".to_owned();
    assert_eq!(press(&mut it, "c"), Some(Wish::Copy(curl)));
    assert_eq!(press(&mut it, "qw"), Some(Wish::Write));
    assert_eq!(press(&mut it, "qd"), Some(Wish::Discard));
    assert_eq!(press(&mut it, "ql"), Some(Wish::Later));
    let mut none = Review::new(Vec::new());
    assert_eq!(press(&mut none, "aArRsSuvocjklhd"), None);
    assert!(shown(&none, 80).contains("nothing waits for a decision"));
}

#[test]
fn no_rule_is_offered_for_what_breaks_the_contract() {
    let mut it = review();
    assert_eq!(press(&mut it, "v"), None);
    assert_eq!(it.mode, Mode::Browse);
    assert!(it.message.contains("breaks the contract"), "{}", it.message);
    press(&mut it, "jv");
    assert!(matches!(it.mode, Mode::Volatile(_)));
}

/// A review of one flow, in which something is not as this program would write it.
fn edited(edit: impl Fn(&mut crate::change::Change)) -> Review {
    let mut flow = flow("shop::one", &text("1", "1"), &text("1", "2"));
    flow.change.changes.iter_mut().for_each(edit);
    Review::new(vec![flow])
}

#[test]
fn what_is_copied_is_one_curl_command_and_is_shown() {
    let copied = |command: &str| {
        let mut it = edited(|change| change.asked = Some(command.to_owned()));
        (press(&mut it, "c"), shown(&it, 80))
    };
    let (wish, screen) = copied("curl http://h/\u{1b}[2J\n\r\n");
    assert_eq!(wish, Some(Wish::Copy("curl http://h/[2J".to_owned())));
    assert!(
        screen.contains("on the clipboard: curl http://h/[2J"),
        "{screen}"
    );
    let (wish, screen) = copied("rm -rf .\n");
    assert_eq!(wish, None);
    assert!(
        screen.contains("not copied, since it is no curl command: rm -rf ."),
        "{screen}"
    );
}

#[test]
fn no_file_outside_of_the_project_is_opened() {
    for file in ["/etc/passwd", "specs/../../x.yaml", "..", "a\\..\\b"] {
        let mut it = edited(|change| {
            let contract = change.judgement.contract.as_mut();
            file.clone_into(&mut contract.expect("a place").file);
        });
        assert_eq!(press(&mut it, "o"), None, "{file}");
        let told = format!("{file} is not opened: it is outside of the project");
        assert_eq!(it.message, told);
    }
}

/// The screen at a width, line by line.
fn shown(review: &Review, width: u16) -> String {
    shown_in(review, width, 24)
}

fn shown_in(review: &Review, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    let look = Look { color: true };
    let drawn = terminal.draw(|frame| draw(review, look, frame));
    drawn.expect("a frame");
    let buffer = terminal.backend().buffer();
    let row = |y| -> String { (0..width).map(|x| buffer[(x, y)].symbol()).collect() };
    let rows = (0..height).map(|y| row(y).trim_end().to_owned());
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn a_wide_screen_has_two_panes_and_a_narrow_one_stacks_them() {
    let mut it = review();
    press(&mut it, "jaj");
    let wide = shown(&it, 120);
    let second = wide.lines().nth(1).unwrap_or_default();
    assert!(
        second.contains(" changes ") && second.contains("shop::"),
        "{wide}"
    );
    for part in [
        " review  group 2/2 · changes 4 · undecided 3",
        "✗ `total`: integer -> string",
        "% · `state`: \"A\" -> \"B\"",
        "· allowed value  specs/shop",
        "create → [list·2]",
        "specs/shop/openapi.yaml:9:3",
        "-   \"state\": \"A\",",
        "+   \"state\": \"B\",",
        "a accept  r reject",
    ] {
        assert!(wide.contains(part), "{part}\n{wide}");
    }
    let narrow = shown(&it, 70);
    let second = narrow.lines().nth(1).unwrap_or_default();
    assert!(
        second.contains(" changes ") && !second.contains("shop::"),
        "{narrow}"
    );
    assert!(narrow.contains("+   \"state\": \"B\","), "{narrow}");
    assert!(
        shown(&it, 10).lines().count() == 24,
        "a small terminal panics nothing"
    );
}

#[test]
fn lines_stand_beside_each_other_where_that_is_asked_for() {
    let mut it = review();
    press(&mut it, "jd");
    let text = shown(&it, 120);
    let line = text.lines().find(|it| it.contains("\"state\": \"A\""));
    assert!(
        line.is_some_and(|it| it.contains("│ +   \"state\": \"B\",")),
        "{text}"
    );
    press(&mut it, "g");
    let text = shown(&it, 120);
    assert!(text.contains("shop::two  list body /state"), "{text}");
}

#[test]
fn questions_are_asked_in_words() {
    for (keys, part) in [
        ("?", "accept, reject the change in view"),
        ("q", "0 of 4 changes decided on."),
        ("a", "This change breaks the contract:"),
        ("A", "All 2 changes break the contract, the first of them:"),
        ("A", "specs/shop/openapi.yaml:9:3"),
        ("jv", "$.state gets a symbol, by a rule in api.toml:"),
        ("jAjR", ""),
        ("/abc", "filter: abc_"),
    ] {
        let mut it = review();
        press(&mut it, keys);
        let text = shown(&it, 100);
        assert!(text.contains(part), "{part}\n{text}");
    }
}

#[test]
fn what_differs_in_a_long_line_is_shown_in_both_views() {
    let before = "lorem ipsum ".repeat(40);
    let long = |word: &str| text("1", &format!("\"{before}{word} and more of it, and more\""));
    let mut it = Review::new(vec![flow("shop::one", &long("OLD"), &long("NEW"))]);
    for (keys, width) in [("", 60), ("", 120), ("d", 120), ("", 80)] {
        press(&mut it, keys);
        let screen = shown(&it, width);
        let line = |word: &str| {
            let found = screen.lines().find(|it| it.contains(word));
            found.is_some_and(|it| it.contains('…'))
        };
        assert!(line("OLD") && line("NEW"), "{width}\n{screen}");
    }
}

#[test]
fn at_usual_widths_the_way_out_and_whole_numbers_are_shown() {
    let mut it = edited(|change| {
        let contract = change.judgement.contract.as_mut().expect("a place");
        contract.file = format!("specs/{}/openapi.yaml", "a-long-name-of-an-api".repeat(4));
        (contract.line, contract.column) = (450, 13);
        change.judgement.class = ChangeClass::Breaking;
        change.judgement.why = "one word and another, ".repeat(8) + "the end";
    });
    for width in [60, 80, 112] {
        let screen = shown(&it, width);
        let last = screen.lines().last().unwrap_or_default();
        assert!(last.contains("? help  q end"), "{screen}");
        assert!(screen.contains("…/openapi.yaml:450:13"), "{screen}");
        assert!(screen.contains("the end"), "{screen}");
        press(&mut it, "a");
        let screen = shown(&it, width);
        assert!(screen.contains("y  accept it all the same"), "{screen}");
        assert!(screen.contains("any other key"), "{screen}");
        press(&mut it, "n?");
        let screen = shown(&it, width);
        for (key, words) in super::screen::HELP {
            assert!(screen.contains(&format!("{key:<10} ")), "{key}\n{screen}");
            let word = words.split(' ').next_back().unwrap_or_default();
            assert!(screen.contains(word), "{word}\n{screen}");
        }
        press(&mut it, "x");
        it.tell("a word ".repeat(100));
        let screen = shown(&it, width);
        assert!(screen.ends_with('…'), "{screen}");
        it.tell(String::new());
    }
}

#[test]
fn wide_signs_shift_no_column() {
    let wide = "世界".repeat(30);
    let new = text("1", &format!("\"{wide}!\""));
    let mut it = Review::new(vec![flow(&wide, &text("1", &format!("\"{wide}\"")), &new)]);
    for keys in ["", "d", "g"] {
        press(&mut it, keys);
        let screen = shown(&it, 120);
        for line in screen.lines().skip(2).take(20) {
            let last = line.chars().nth(119);
            assert!(matches!(last, Some('│' | '┘')), "{screen}");
        }
        if keys == "d" {
            let middles = screen.lines().filter_map(|it| it.chars().nth(82));
            let middles = middles.filter(|it| *it == '│').count();
            assert!(middles >= 5, "{screen}");
        }
    }
}

#[test]
fn a_wide_list_says_the_class_in_words() {
    let list = |width: u16| -> Vec<String> {
        let screen = shown(&review(), width);
        let lines = screen.lines().skip(2).take(4);
        lines
            .map(|it| it.chars().skip(1).take(usize::from(width) / 3).collect())
            .collect()
    };
    let wide = list(112).join("\n");
    assert!(wide.contains("    breaks the contract"), "{wide}");
    assert!(wide.contains("\n    allowed value"), "{wide}");
    let one_line = list(160).join("\n");
    let is_one = |it: &str| it.contains("-> string") && it.contains("breaks");
    assert!(one_line.lines().any(is_one), "{one_line}");
    let narrow = list(80).join("\n");
    assert!(!narrow.contains("breaks"), "{narrow}");
}

#[test]
fn no_text_of_a_target_steers_the_terminal() {
    let (old, new) = (text("1", "1"), text("1", "\"\u{1b}[2J\u{202e}\""));
    let mut it = Review::new(vec![flow("shop::\u{1b}one", &old, &new)]);
    for keys in ["", "d", "g", "v"] {
        press(&mut it, keys);
        let text = shown(&it, 120);
        assert!(!text.contains(['\u{1b}', '\u{202e}']), "{text}");
    }
}

#[test]
fn the_screen_in_the_documents_is_the_real_one() {
    let documents = include_str!("../../docs/snapshots.md");
    let screen = shown_in(&review(), 112, 18);
    assert!(
        documents.contains(&format!("```text\n{screen}\n```")),
        "{screen}"
    );
}
