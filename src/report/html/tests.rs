//! Tests of the page as a whole: its bytes, its data, its policy.

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::GzDecoder;
use sha2::{Digest, Sha256};

use super::*;
use crate::report::sample;

/// Writes some cases in a form.
fn written(mut format: Box<dyn Format>, cases: &[CaseReport]) -> String {
    let mut summary = Summary::default();
    let mut out = Vec::new();
    format.begin(&mut out).expect("memory takes all");
    for case in cases {
        summary.add(case);
        format.case(case, &mut out).expect("memory takes all");
    }
    format.end(&summary, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("text")
}

fn page_of(cases: &[CaseReport]) -> String {
    written((ENTRY.create)(), cases)
}

fn document_of(cases: &[CaseReport]) -> String {
    written((json::ENTRY.create)(), cases)
}

/// What stands between two marks.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).expect("it begins");
    rest.split_once(to).expect("it ends").0
}

fn unpacked(page: &str) -> String {
    let letters = between(page, "id=\"data\">", "</script>");
    let packed = STANDARD.decode(letters.replace('\n', "")).expect("base64");
    let mut text = String::new();
    let mut decoder = GzDecoder::new(&packed[..]);
    decoder.read_to_string(&mut text).expect("gzip of a text");
    text
}

#[test]
fn it_holds_the_document_of_the_other_form_byte_for_byte() {
    for cases in [sample::cases(), Vec::new()] {
        assert_eq!(unpacked(&page_of(&cases)), document_of(&cases));
    }
}

#[test]
fn a_page_for_a_document_is_the_page_that_the_run_would_have_written() {
    for cases in [sample::cases(), Vec::new(), vec![sample::skipped()]] {
        let page = page(Variant::File, &document_of(&cases)).expect("a report");
        assert_eq!(page, page_of(&cases));
    }
    assert!(page(Variant::File, "{\"cases\":[]}").is_err());
    assert!(page(Variant::File, "").is_err());
}

#[test]
fn the_policy_names_the_style_and_the_script_by_what_they_are() {
    for (variant, connects) in [(Variant::File, false), (Variant::Served, true)] {
        let page = page(variant, &document_of(&sample::cases())).expect("a report");
        let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
        let digest = |text: &str| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)));
        let style = digest(between(&page, "<style>", "</style>"));
        let script = digest(between(&page, "<script>", "</script>"));
        assert!(
            policy.contains(&format!("style-src {style};")) || connects,
            "{policy}"
        );
        assert!(
            policy.contains(&format!("script-src {script};")),
            "{policy}"
        );
        assert!(policy.contains(&style), "{policy}");
        assert!(policy.starts_with("default-src 'none'; "), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        assert_eq!(policy.contains("connect-src 'self'"), connects, "{policy}");
        let word = format!("<html lang=\"en\" data-variant=\"{}\">", variant.word());
        assert!(page.contains(&word));
    }
}

#[test]
fn what_did_not_pass_stands_in_the_page_itself() {
    let page = page_of(&sample::cases());
    let told = between(&page, "<tbody>", "</tbody>");
    assert_eq!(told.matches("<tr>").count(), 3);
    assert!(told.contains(
        "<tr><td>failed</td><th scope=\"row\">widgets::listing</th>\
         <td>list: response-schema: `total` must be integer (and 3 more)\
         <ul><li>create: id = &quot;w-1&quot;, read by read, delete</li></ul></td></tr>"
    ));
    assert!(told.contains("<td>needs review</td><th scope=\"row\">users::profile</th><td>the snapshot has changed</td>"));
    assert!(told.contains("<td>127.0.0.1:1: connection refused</td>"));
    assert!(
        page.contains("<h1><span class=\"sign bad\" aria-hidden=\"true\">✗</span> Failed</h1>")
    );
    assert!(page.contains(
        "<p class=\"sentence\">1 flow failed; 1 flow waits for a review; \
         1 flow could not be played to the end; 1 flow was not played.</p>"
    ));
    assert!(page.contains("= <b>5</b> selected"));
}

#[test]
fn each_way_to_end_has_its_word() {
    for (cases, word) in [
        (vec![sample::passed()], " Passed</h1>"),
        (
            vec![sample::passed(), sample::review()],
            " Needs review</h1>",
        ),
        (vec![sample::review(), sample::broken()], " Broken</h1>"),
        (vec![sample::skipped()], " Nothing was played</h1>"),
        (Vec::new(), " Nothing was played</h1>"),
    ] {
        assert!(page_of(&cases).contains(word), "{word}");
    }
    assert!(page_of(&[sample::passed()]).contains("The one flow passed."));
    assert!(page_of(&[sample::passed()]).contains("<p>No flow failed or needs review.</p>"));
    assert!(page_of(&vec![sample::passed(); 2]).contains("All 2 flows passed."));
}

#[test]
fn a_long_table_says_how_much_it_leaves_out() {
    let page = page_of(&vec![sample::failed(); 203]);
    assert_eq!(page.matches("<td>failed</td>").count(), 200);
    assert!(page.contains("<p>3 flows are not in this table.</p>"));
    assert!(page_of(&vec![sample::failed(); 201]).contains("<p>1 flow is not in this table.</p>"));
    assert!(!page_of(&vec![sample::failed(); 200]).contains("not in this table"));
}

#[test]
fn a_long_reason_does_not_fill_the_table() {
    let mut case = sample::broken();
    case.verdict = Verdict::Broken("x".repeat(1000));
    let told = page_of(&[case]);
    assert!(told.contains(&format!(
        "<td>{} … (800 more characters)</td>",
        "x".repeat(200)
    )));
}

#[test]
fn hostile_text_is_no_markup() {
    let mut case = sample::failed();
    case.path = "</script><script>alert(1)</script>{{script}}".to_owned();
    case.findings[0].message = "<img src=x onerror=\"x\"> '&' \u{202e}\u{1b}[2J</table>".to_owned();
    if let Some(shown) = &mut case.steps[1].shown {
        shown.body = "</script><script>alert(2)</script>".to_owned();
    }
    let page = page_of(&[case.clone()]);
    assert_eq!(
        page.matches("<script").count(),
        2,
        "the data and the script"
    );
    assert!(!page.contains("alert(2)"), "it is packed");
    let told = between(&page, "<tbody>", "</tbody>");
    assert!(
        told.contains("&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{script}}"),
        "{told}"
    );
    assert!(
        told.contains(
            "&lt;img src=x onerror=&quot;x&quot;&gt; &#39;&amp;&#39; \\u{202e}\\u{1b}[2J"
        ),
        "{told}"
    );
    let outside = page.replace(unpacked(&page).as_str(), "");
    assert!(
        !outside
            .chars()
            .any(|letter| crate::report::is_hidden(letter) && letter != '\n')
    );
    assert_eq!(unpacked(&page), document_of(&[case]));
}

#[test]
fn every_place_where_the_output_ends_is_told() {
    let summary = Summary::default();
    let write = |out: &mut dyn Write| {
        let mut format = (ENTRY.create)();
        format.begin(out)?;
        format.case(&sample::failed(), out)?;
        format.end(&summary, out)
    };
    let mut whole = Vec::new();
    write(&mut whole).expect("memory takes all");
    for room in [0, 100, whole.len() / 2, whole.len() - 1] {
        let mut space = vec![0_u8; room];
        assert!(write(&mut &mut space[..]).is_err(), "{room}");
    }
}

#[test]
fn a_page_gives_its_report_back() {
    let document = "{\"cases\":[],\"summary\":{\"selected\":0,\"passed\":0,\"failed\":0,\"needs_review\":0,\"broken\":0,\"skipped\":0}}\n";
    let page = page(Variant::File, document).expect("a report");
    assert_eq!(
        super::document(&page, document.len()).as_deref(),
        Ok(document)
    );
    let told = |page: &str, bytes_max| super::document(page, bytes_max).expect_err("no report");
    assert!(told(&page, document.len() - 1).contains("is longer than"));
    assert_eq!(told("<p>", 9), "it is a page without data");
    let broken = page.replace("id=\"data\">", "id=\"data\">AAAA");
    assert_eq!(told(&broken, 9), "its data is not whole");
}

#[test]
fn classes_are_called_as_everywhere_else() {
    let script = include_str!("changes.js");
    let mut at = 0;
    for class in crate::change::CLASSES {
        let (id, sign, words) = (class.id(), class.sign(), class.words());
        let begun = script[at..].find(&format!("\"{id}\": [\"{sign}\", "));
        at += begun.unwrap_or_else(|| unreachable!("{id} {sign} stands in its order"));
        let line = script[at..].lines().next().unwrap_or_default();
        assert!(line.ends_with(&format!("\"{words}\"],")), "{line}");
    }
}
