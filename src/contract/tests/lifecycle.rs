//! Which operations take away what others make, and which are not guessed.

use super::with_paths;

fn removal(paths: &str) -> Option<(String, Option<String>)> {
    let contract = with_paths(paths);
    let create = contract.operation("make").expect("it is declared");
    let found = contract.removal(create)?;
    Some((found.delete.id.clone(), found.variable.map(str::to_owned)))
}

const ID: &str = "parameters: [{name: id, in: path, required: true, schema: {type: string}}]";
const OK: &str = "responses: {'200': {description: d}}";

#[test]
fn what_is_made_in_a_collection_is_taken_away_by_its_name() {
    let paths = format!(
        "  /a: {{post: {{operationId: make, {OK}}}, delete: {{operationId: clear, {OK}}}}}
  /a/{{id}}: {{{ID}, delete: {{operationId: remove, {OK}}}}}"
    );
    let found = removal(&paths).expect("a removal");
    assert_eq!(found, ("remove".to_owned(), Some("id".to_owned())));
}

#[test]
fn what_is_made_at_its_own_path_is_taken_away_there() {
    let put = format!(
        "  /a: {{put: {{operationId: make, {OK}}}, delete: {{operationId: remove, {OK}}}}}"
    );
    assert_eq!(removal(&put), Some(("remove".to_owned(), None)));
    let post = format!(
        "  /a/{{id}}: {{{ID}, post: {{operationId: make, {OK}}}, delete: {{operationId: remove, {OK}}}}}"
    );
    assert_eq!(removal(&post), Some(("remove".to_owned(), None)));
}

#[test]
fn what_takes_more_than_a_name_away_is_not_guessed() {
    let whole = format!(
        "  /a: {{post: {{operationId: make, {OK}}}, delete: {{operationId: clear, {OK}}}}}"
    );
    let query = format!(
        "  /a: {{put: {{operationId: make, {OK}}}, delete: {{operationId: remove, {OK}, parameters: \
           [{{name: q, in: query, required: true, schema: {{type: string}}}}]}}}}"
    );
    let body = format!(
        "  /a: {{put: {{operationId: make, {OK}}}, delete: {{operationId: remove, {OK}, requestBody: \
           {{required: true, content: {{text/plain: {{}}}}}}}}}}"
    );
    let patch = format!(
        "  /a/{{id}}: {{{ID}, patch: {{operationId: make, {OK}}}, delete: {{operationId: remove, {OK}}}}}"
    );
    for paths in [whole, query, body, patch] {
        assert_eq!(removal(&paths), None, "{paths}");
    }
}
