//! What is written by a schema is read by it.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::super::XmlMapping;
use super::{contract, read, schema};
use crate::xml;

const ROUND: &str = "
main: {$ref: '#/components/schemas/R'}
components:
  schemas:
    R:
      type: object
      additionalProperties: false
      properties:
        i: {type: integer, xml: {attribute: true}}
        t: {type: string, xml: {attribute: true, name: text, namespace: u, prefix: p}}
        s: {type: string}
        n: {type: [number, 'null'], xml: {name: num}}
        b: {type: boolean}
        l: {type: array, minItems: 1, items: {type: string, xml: {name: item}}}
        w: {type: array, xml: {wrapped: true, namespace: v}, items: {$ref: '#/components/schemas/R'}}
        o: {$ref: '#/components/schemas/R'}
";

fn round() -> impl Strategy<Value = Value> {
    let text = || "[ -~\\n\\r\\té<>&\"']{0,8}";
    let leaf = (
        any::<i32>(),
        text(),
        text(),
        any::<Option<i16>>(),
        any::<bool>(),
    );
    let leaf = leaf.prop_map(|(i, t, s, n, b)| json!({"i": i, "t": t, "s": s, "n": n, "b": b}));
    leaf.prop_recursive(4, 24, 3, move |inner| {
        let list = prop::collection::vec(text(), 1..3);
        let items = prop::collection::vec(inner.clone(), 0..3);
        (list, items, inner).prop_map(|(l, w, o)| json!({"l": l, "w": w, "o": o}))
    })
}

proptest! {
    #[test]
    fn what_is_written_by_a_schema_is_read_by_it(value in round()) {
        let contract = contract(ROUND);
        let text = XmlMapping::new(&contract).write(&value, &schema()).expect("XML");
        let (read, wrong) = read(ROUND, &text);
        prop_assert_eq!(read, value);
        prop_assert_eq!(wrong, Vec::<String>::new());
    }

    #[test]
    fn any_document_is_a_value(text in "(<(R|s|l|item|w|o|x)( i='[0-9a]')?>|</(R|s|l|item|w|o|x)>|[a1 ]){0,12}") {
        if let Ok(root) = xml::parse(&text) {
            let contract = contract(ROUND);
            XmlMapping::new(&contract).examine(&root, &schema());
        }
    }
}
