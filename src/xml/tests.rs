//! Documents that are read, refused and written.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Element {
    parse(text).expect("a document")
}

#[test]
fn a_document_is_a_tree() {
    let root = read(
        "<?xml version='1.0'?><a xmlns='u' xmlns:p='v' p:x='1' y='2'> <b/>t<!-- c -->u<![CDATA[<]]></a>",
    );
    assert_eq!(
        (root.name.namespace.as_deref(), root.name.local.as_str()),
        (Some("u"), "a")
    );
    assert!(root.attributes[0].0.is("v", "x"));
    assert_eq!(root.attributes[1].0, Name::plain("y"));
    assert_eq!(root.elements().count(), 1);
    assert_eq!(root.text(), " tu<");
    assert!(read("<a xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:nil='true'/>").is_nil());
    assert!(!read("<a nil='true'/>").is_nil());
}

#[test]
fn what_is_no_document_is_told() {
    for text in [
        "",
        " ",
        "a",
        "<a>",
        "<a></b>",
        "<a/><b/>",
        "<a x=1/>",
        "<a x='1' x='2'/>",
        "<p:a/>",
        "<a>&b;</a>",
        "<a><</a>",
        "<a xsi:nil='true'/>",
        "\u{feff}\u{feff}<a/>",
        "<a>\u{1}</a>",
        "{}",
        "<é",
        "<a é",
    ] {
        assert!(
            matches!(parse(text), Err(Fault::Malformed(_))),
            "{text}: {:?}",
            parse(text)
        );
    }
}

#[test]
fn what_could_cost_more_than_it_says_is_refused() {
    let deep = "<a>".repeat(DEPTH_MAX + 1) + &"</a>".repeat(DEPTH_MAX + 1);
    let attributes = (0..=ATTRIBUTES_MAX).map(|it| format!(" a{it}=''"));
    let attributes = attributes.collect::<Vec<_>>().concat();
    let declared = |from: usize, count: usize| {
        let all = (from..from + count).map(|it| format!(" xmlns:n{it}='u{it}'"));
        all.collect::<Vec<_>>().concat()
    };
    let half = NAMESPACES_MAX / 2;
    let within = format!(
        "<a{}><b/><!-- </a> --><b{}/></a>",
        declared(0, half),
        declared(half, half + 1)
    );
    let often = format!(
        "<a{}>{}</a>",
        declared(0, half),
        "<b xmlns='u'/>".repeat(40)
    );
    for (text, why) in [
        (deep, "deep within one another"),
        (format!("<a{attributes}/>"), "attributes"),
        (within, "namespaces are declared for one element"),
        (often, "attributes or namespaces"),
        (
            "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>".to_owned(),
            "document type declaration",
        ),
        (
            "<!DOCTYPE html><html/>".to_owned(),
            "document type declaration",
        ),
    ] {
        let fault = parse(&text).expect_err("beyond a limit");
        assert!(
            matches!(&fault, Fault::Refused(told) if told.contains(why)),
            "{fault:?}"
        );
    }
    let flat = (0..2 * NAMESPACES_MAX).map(|it| format!("<p:b xmlns:p='u{it}'/>"));
    let flat = format!("<a>{}</a>", flat.collect::<Vec<_>>().concat());
    assert!(parse(&flat).is_ok(), "each element has one of its own");
    let apart = format!("<a><b{0}/><b{0}></b><b{0}/></a>", declared(0, half));
    assert!(
        parse(&apart).is_ok(),
        "they do not stand within one another"
    );
    let most = "<a>".repeat(DEPTH_MAX) + &"</a>".repeat(DEPTH_MAX);
    assert!(parse(&most).is_ok());
    let many = "=".repeat(ATTRIBUTES_MAX + 1);
    for (begin, end) in [
        ("", ""),
        ("<!--", "-->"),
        ("<![CDATA[", "]]>"),
        ("<?p ", "?>"),
    ] {
        let text = format!("<a>{begin}{many}{end}</a>");
        assert_eq!(parse(&text).err(), None, "`{begin}` begins no element");
    }
}

#[test]
fn attributes_of_many_elements_together_have_a_limit() {
    let element = |attributes: usize| {
        let attributes: Vec<_> = (0..attributes).map(|it| format!(" a{it}=''")).collect();
        format!("<b{}/>", attributes.concat())
    };
    let document = |inner: &str, times: usize| format!("<a>{}</a>", inner.repeat(times));
    let fault = parse(&document(&element(ATTRIBUTES_MAX), 9)).expect_err("beyond a limit");
    assert!(
        matches!(&fault, Fault::Refused(told) if told.contains("compared")),
        "{fault:?}"
    );
    assert!(parse(&document(&element(20), 2_000)).is_ok());
}

#[test]
fn namespaces_are_declared_where_they_are_needed() {
    let within = |namespace: &str, prefix: Option<&str>, local: &str| Name {
        namespace: Some(namespace.to_owned()),
        prefix: prefix.map(str::to_owned),
        local: local.to_owned(),
    };
    let mut root = Element::new(within("u", None, "a"));
    root.attributes
        .push((within("v", Some("p"), "x"), "<\"\n".to_owned()));
    root.content
        .push(Content::Element(Element::new(within("u", None, "b"))));
    root.content
        .push(Content::Element(Element::new(Name::plain("c"))));
    root.content
        .push(Content::Element(Element::new(within("v", Some("p"), "d"))));
    let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a xmlns=\"u\" xmlns:p=\"v\" p:x=\"&lt;&quot;&#10;\">\
                    <b/><c xmlns=\"\"/><p:d/></a>";
    assert_eq!(write(&root).as_deref(), Ok(expected));
    let mut bare = Element::new(Name::plain("a"));
    bare.attributes
        .push((within("v", None, "x"), String::new()));
    assert!(
        write(&bare).is_err(),
        "an attribute needs a prefix for its namespace"
    );
}

#[test]
fn what_xml_cannot_say_is_no_document() {
    for name in ["", "1", "a b", "a x='1'", "a/><b", "a:b", "xmlns"] {
        let mut root = Element::new(Name::plain("root"));
        root.content
            .push(Content::Element(Element::new(Name::plain(name))));
        let written = write(&root);
        assert!(written.is_err() || name == "xmlns", "{written:?}");
        let mut root = Element::new(Name::plain("root"));
        root.attributes.push((Name::plain(name), "v".to_owned()));
        let written = write(&root);
        assert!(written.is_err(), "{written:?}");
    }
    let mut root = Element::new(Name::plain("a"));
    root.content.push(Content::Text("\u{0}".to_owned()));
    assert!(write(&root).is_err());
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in r#"[<>/a-cé&;:='" !?\[\]x-]{0,60}"#) {
        let _ = parse(&text);
    }

    #[test]
    fn what_is_written_is_read_again(text in "\\PC{0,20}", value in "[ \t\r\n<>&\"'a]{0,12}", section in "[\\]>\r\na]{0,12}") {
        let mut root = Element::new(Name::plain("a"));
        root.attributes.push((Name::plain("b"), value.clone()));
        root.content.push(Content::Text(text.clone()));
        root.content.push(Content::Element(Element::new(Name::plain("c"))));
        root.content.push(Content::CData(section.clone()));
        if let Ok(written) = write(&root) {
            let read = read(&written);
            prop_assert_eq!(&read.attributes[0].1, &value);
            prop_assert_eq!(read.text(), text + &section);
        }
    }
}
