//! Are documents fetched where that is allowed, and nowhere else? The contract of a project refers to one
//! on a server of the test.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use crate::support::{Ran, program, read, write};

const SCHEMAS: &str =
    "Parcels: {type: array, items: {$ref: '#/Parcel'}}\nParcel: {type: object, required: [id]}\n";

/// A server of one document, which ends with the test's process; its URL, and how often it was asked.
fn serve() -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address");
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            count.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]);
            let length = SCHEMAS.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{SCHEMAS}"
            );
        }
    });
    (format!("http://{address}/parcels.yaml"), asked)
}

fn contract(url: &str) -> String {
    format!(
        "openapi: 3.1.0\ninfo: {{title: parcels, version: '1'}}\npaths:\n  /parcels:\n    get:\n      \
         operationId: listParcels\n      responses:\n        '200':\n          description: All.\n          \
         content: {{application/json: {{schema: {{$ref: '{url}#/Parcels'}}}}}}\n"
    )
}

const FLOW: &str = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n\
     sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]\n\
     workflows: [{workflowId: all, steps: [{stepId: list, operationId: listParcels}]}]\n";

fn call(root: &Path, arguments: &[&str]) -> Ran {
    let mut command = program();
    command.arg("-C").arg(root).args(arguments);
    Ran::of(command.output().expect("the program can be started"))
}

#[test]
fn every_command_that_reads_contracts_fetches_where_it_may() {
    let (url, asked) = serve();
    let folder = TempDir::new().expect("a folder");
    let root = folder.path();
    write(&root.join("specs/parcels/openapi.yaml"), &contract(&url));
    write(&root.join("specs/parcels/all.arazzo.yaml"), FLOW);
    for (arguments, code) in [
        (&["check"][..], 0),
        (&["check", "specs/parcels/openapi.yaml"], 0),
        (&["list"], 0),
        (&["schemas"], 0),
        (&["docs"], 0),
        (&["generate", "specs/parcels/openapi.yaml"], 0),
        (&["run", "--target", "http://127.0.0.1:1"], 3),
    ] {
        let before = asked.load(Ordering::SeqCst);
        let ran = call(root, arguments);
        assert_eq!(ran.code, Some(6), "{}", ran.story());
        assert!(ran.err.contains("--allow-remote"), "{}", ran.story());
        assert_eq!(asked.load(Ordering::SeqCst), before, "nothing is asked for");
        let ran = call(root, &[arguments, &["--allow-remote"]].concat());
        assert_eq!(ran.code, Some(code), "{arguments:?}: {}", ran.story());
        assert_eq!(
            asked.load(Ordering::SeqCst),
            before + 1,
            "{arguments:?}: once"
        );
    }
    let schema = read(&root.join("schemas/parcels/listParcels.200.response.json"));
    assert!(schema.contains("\"id\""), "{schema}");
}

#[test]
fn a_project_that_begins_with_a_fetched_document_goes_on_with_it() {
    let (url, _) = serve();
    let folder = TempDir::new().expect("a folder");
    let root = folder.path();
    write(&root.join("parcels.yaml"), &contract(&url));
    let ran = call(root, &["init", "parcels.yaml", "--allow-remote"]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(
        ran.err.contains("countersign check --allow-remote"),
        "{}",
        ran.story()
    );
    let job = read(&root.join(".github/workflows/contract-parcels.yml"));
    assert_eq!(job.matches("--allow-remote").count(), 2, "{job}");
    let ran = call(root, &["check", "--allow-remote"]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
}
