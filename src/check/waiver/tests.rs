//! What a waiver covers, and what it does not.

use jiff::civil::date;

use super::*;
use crate::source::Source;

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect("the test's own pointer")
}

fn location() -> Location {
    let source = Source::parse("api.toml", "a = 1\n".to_owned()).expect("TOML");
    source.location(&pointer("/a"))
}

fn finding() -> Finding {
    Finding {
        check: "response-schema",
        severity: Severity::Error,
        record: 0,
        attempt: 0,
        message: "expected integer, got string \"3\"".to_owned(),
        place: Place::Body(pointer("/items/3/total")),
        expected: "integer".to_owned(),
        actual: "string \"3\"".to_owned(),
        contract: None,
        promise: Some(pointer("/components/schemas/Item/properties/total")),
        scenario: location(),
        waiver: None,
    }
}

fn waiver() -> Waiver {
    Waiver {
        scope: Scope {
            deviation: Deviation::Finding {
                check: "response-schema",
                contract: Some(pointer("/components/schemas/Item/properties/total")),
                message: "expected integer".to_owned(),
            },
            operation: "list".to_owned(),
            at: WaivedPlace::parse("/items/*/total").expect("a place"),
            status: Some(200),
            target: Some("staging".to_owned()),
        },
        reason: "it is being mended".to_owned(),
        owner: "team".to_owned(),
        ticket: None,
        expires: date(2027, 1, 31),
        location: location(),
    }
}

/// The same waiver, of a change to what is there now.
fn of_change(now: Option<&str>) -> Waiver {
    let mut waiver = waiver();
    waiver.scope.deviation = Deviation::Change {
        class: "allowed-value",
        contract: pointer("/components/schemas/Item/properties/total"),
        now: now.map(str::to_owned),
    };
    waiver
}

/// What a finding weighs with a waiver, and whether it is told to have expired.
fn weighed(finding: Finding, waivers: &[Waiver], today: Date) -> (Severity, Option<bool>) {
    let mut finding = finding;
    waive(&mut finding, ("list", Some(200)), waivers, today);
    (finding.severity, finding.waiver.map(|it| it.has_expired))
}

#[test]
fn what_is_the_same_is_covered_to_the_last_day() {
    for (today, is_covered) in [
        (date(2026, 1, 1), true),
        (date(2027, 1, 31), true),
        (date(2027, 2, 1), false),
    ] {
        let weight = if is_covered {
            Severity::Waived
        } else {
            Severity::Error
        };
        let told = weighed(finding(), &[waiver()], today);
        assert_eq!(told, (weight, Some(!is_covered)), "{today}");
    }
    let old = Waiver {
        expires: date(2020, 1, 1),
        ..waiver()
    };
    let told = weighed(finding(), &[waiver(), old], date(2026, 1, 1));
    assert_eq!(told, (Severity::Waived, Some(false)));
}

#[test]
fn a_second_mistake_of_the_same_shape_is_not_covered() {
    let today = date(2026, 1, 1);
    let others: [fn(&mut Finding); 6] = [
        |it| it.check = "undeclared-field",
        |it| it.message = "expected integer or null, got string \"3\"".to_owned(),
        |it| it.place = Place::Body(pointer("/items/3/name")),
        |it| it.place = Place::Body(pointer("/items/3/sub/total")),
        |it| it.promise = Some(pointer("/components/schemas/Other/properties/total")),
        |it| it.promise = None,
    ];
    for (number, other) in others.into_iter().enumerate() {
        let mut finding = finding();
        other(&mut finding);
        let told = weighed(finding, &[waiver()], today);
        assert_eq!(told, (Severity::Error, None), "{number}");
    }
    let waivers: [fn(&mut Waiver); 2] = [
        |it| it.scope.operation = "read".to_owned(),
        |it| it.scope.status = Some(404),
    ];
    for (number, other) in waivers.into_iter().enumerate() {
        let mut waiver = waiver();
        other(&mut waiver);
        let told = weighed(finding(), &[waiver], today);
        assert_eq!(told, (Severity::Error, None), "{number}");
    }
}

#[test]
fn what_differs_in_anything_is_not_the_same() {
    let others: [fn(&mut Scope); 6] = [
        |it| it.deviation = of_change(None).scope.deviation,
        |it| it.deviation = of_change(Some("")).scope.deviation,
        |it| it.operation = "read".to_owned(),
        |it| it.at = WaivedPlace::parse("/items").expect("a place"),
        |it| it.status = None,
        |it| it.target = None,
    ];
    let mut seen = vec![waiver().scope];
    assert_eq!(waiver().scope, seen[0]);
    for other in others {
        let mut scope = waiver().scope;
        other(&mut scope);
        assert!(!seen.contains(&scope), "{scope:?}");
        seen.push(scope);
    }
}

#[test]
fn it_is_for_its_target_or_for_all() {
    let mut waiver = waiver();
    assert!(waiver.is_for(Some("staging")));
    assert!(!waiver.is_for(Some("production")) && !waiver.is_for(None));
    waiver.scope.target = None;
    assert!(waiver.is_for(Some("production")) && waiver.is_for(None));
}

#[test]
fn a_place_covers_what_it_was_made_of() {
    for place in [
        Place::Status,
        Place::Request,
        Place::Header("X-Total".to_owned()),
        Place::Body(Pointer::default()),
        Place::Body(pointer("/items/3/a~1b~0c")),
        Place::Body(pointer("/by/5f0c31a2-77/total")),
    ] {
        let waived = WaivedPlace::of(&place).expect("it can be named");
        assert!(waived.covers(&place), "{place}");
        let read = WaivedPlace::parse(waived.as_str());
        assert_eq!(read.as_ref(), Some(&waived));
        assert!(!waived.covers(&Place::Flow));
    }
    assert_eq!(WaivedPlace::of(&Place::Flow), None);
    let of = |text: &str| WaivedPlace::of(&Place::Body(pointer(text)));
    assert_eq!(of("/items/3/total"), WaivedPlace::parse("/items/*/total"));
    for wrong in ["", "flow", "header ", "items", "$.items", "/a~2"] {
        assert_eq!(WaivedPlace::parse(wrong), None, "{wrong}");
    }
}

#[test]
fn the_place_of_a_change_is_that_of_one_element_alone() {
    let body = |text: &str| Place::Body(pointer(text));
    for (changed, other) in [
        ("/3", "/2"),
        ("/items/0/size", "/items/1/size"),
        ("/by/2025", "/by/total"),
        ("/by/5f0c31a2-77", "/by/5f0c31a2-78"),
    ] {
        let waived = WaivedPlace::exactly(&body(changed)).expect("it can be named");
        assert!(waived.covers(&body(changed)), "{changed}");
        assert!(!waived.covers(&body(other)), "{changed} {other}");
        assert_eq!(WaivedPlace::parse(waived.as_str()), Some(waived));
    }
    let whole = Place::Body(Pointer::default());
    for place in [Place::Status, Place::Header("Location".to_owned()), whole] {
        assert_eq!(WaivedPlace::exactly(&place), WaivedPlace::of(&place));
    }
    assert_eq!(WaivedPlace::exactly(&Place::Flow), None);
}

fn borne<'c>(place: &'c Place, contract: &'c Pointer) -> BorneChange<'c> {
    BorneChange {
        class: "allowed-value",
        operation: "list",
        status: Some(200),
        place,
        contract,
        now: Some("\"b\""),
    }
}

#[test]
fn a_change_is_borne_by_class_operation_both_places_status_and_what_is_there() {
    let waiver = of_change(Some("\"b\""));
    let own = Place::Body(pointer("/items/7/total"));
    let said = pointer("/components/schemas/Item/properties/total");
    let branch = pointer("/components/schemas/Item/oneOf/1/properties/total");
    let whole = borne(&own, &said);
    let today = date(2027, 1, 31);
    let holds = |change: &BorneChange<'_>, waiver: &Waiver| {
        bears(change, std::slice::from_ref(waiver), today).is_some()
    };
    assert!(holds(&whole, &waiver));
    let (elsewhere, header) = (Place::Body(pointer("/items/7/name")), Place::Status);
    for other in [
        BorneChange {
            class: "allowed-removal",
            ..whole
        },
        BorneChange {
            operation: "read",
            ..whole
        },
        BorneChange {
            status: Some(404),
            ..whole
        },
        BorneChange {
            place: &elsewhere,
            ..whole
        },
        BorneChange {
            place: &header,
            ..whole
        },
        BorneChange {
            contract: &branch,
            ..whole
        },
        BorneChange {
            now: Some("\"c\""),
            ..whole
        },
        BorneChange { now: None, ..whole },
    ] {
        assert!(!holds(&other, &waiver), "{other:?}");
    }
    let removal = of_change(None);
    assert!(!holds(&whole, &removal));
    assert!(holds(&BorneChange { now: None, ..whole }, &removal));

    // What is of a change covers no finding, and the other way round.
    assert!(!holds(&whole, &super::tests::waiver()));
    let told = weighed(finding(), std::slice::from_ref(&waiver), today);
    assert_eq!(told, (Severity::Error, None));

    let told =
        bears(&whole, std::slice::from_ref(&waiver), date(2027, 2, 1)).expect("it is about it");
    assert!(told.has_expired);
    let longer = Waiver {
        expires: date(2027, 3, 1),
        ..waiver.clone()
    };
    let told = bears(&whole, &[waiver, longer], date(2027, 2, 1)).expect("it is about it");
    assert!(!told.has_expired && told.severity == "review");
}
