//! What a lifecycle costs, beside the least that can be done with the same requests.
//!
//! ```text
//! cargo bench --bench lifecycles               1, 100, 1,000 and 10,000 lifecycles
//! cargo bench --bench lifecycles -- 50 500     as many as that
//! ```
//!
//! A lifecycle is six requests: create, read, update, list, delete, and the proof that it is gone.
//! The program plays them as its users do: from the files in `project/`, every check on, compared
//! with an approved snapshot, recorded, and once more with a JSON report. The floor (`floor`) plays the
//! same requests. Both are whole processes, run in turn against one server (`target`), and measured from
//! outside (`meter`).
//! What is printed are medians, and medians of what each turn cost beside the floor's turn before it: the
//! speed of a machine changes within seconds. Where the system can be asked for it, what one run has written is
//! on the disk before the next one begins; and each turn begins with runs that do not count. Nothing fails
//! because of a time.
//!
//! Floor, server and the program with one job share one processor (`pinned`): that is where the floor takes
//! least. The program with its usual jobs has all of them. `floor apart` is the floor on another processor than
//! the server's, as when the server is another machine: each answer has to wake it there.

#[path = "../copied.rs"]
mod copied;
mod floor;
mod meter;
mod peak;
#[path = "../pinned.rs"]
mod pinned;
#[path = "../served.rs"]
mod served;
mod target;

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode};

use copied::copy;
use countersign::json::Pointer;
use countersign::source::Source;
use floor::Script;
use meter::Cost;
use serde_json::Value;
use served::Served;

type Failure = Box<dyn std::error::Error>;

/// How many lifecycles are played when nothing is said.
const LIFECYCLES: [usize; 4] = [1, 100, 1_000, 10_000];

/// How many requests a lifecycle has.
const REQUESTS: f64 = 6.0;

/// How many lifecycles one turn plays at least, in as many runs as that takes.
const TURN_LIFECYCLES: usize = 2_000;

/// How many runs a turn has at most.
const TURN_RUNS_MAX: usize = 20;

/// How long a program runs before it is measured, in seconds.
const WARM_UP: f64 = 0.5;

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// How often each program has its turn.
const TURNS: usize = 9;

const CONTRACT: &str = include_str!("project/specs/notes/openapi.yaml");
const SCENARIO: &str = include_str!("project/specs/notes/lifecycle.arazzo.yaml");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.first().map(String::as_str) {
        Some("serve") => target::serve(),
        Some("floor") => serde_json::from_reader(io::stdin())
            .map_err(Failure::from)
            .and_then(|script| floor::play(&script)),
        _ => compare(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // The error output may be closed; the exit code tells as well.
            let _ = writeln!(io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn compare(arguments: &[String]) -> Result<(), Failure> {
    let wanted: Vec<usize> = arguments
        .iter()
        .filter_map(|argument| argument.parse().ok())
        .collect();
    let wanted = if wanted.is_empty() {
        LIFECYCLES.to_vec()
    } else {
        wanted
    };
    let served = Served::start(&mut own_program("0", "serve")?)?;
    writeln!(
        io::stdout(),
        "{:>10}  {:<14} {:>9} {:>10} {:>9} {:>7} {:>7}",
        "lifecycles",
        "",
        "wall",
        "cpu/req",
        "peak",
        "wall",
        "cpu"
    )?;
    for lifecycles in wanted {
        compare_for(lifecycles, &served.url)?;
    }
    Ok(())
}

fn compare_for(lifecycles: usize, url: &str) -> Result<(), Failure> {
    // A project of its own: what it takes to forget old runs hangs on how large they were.
    let project = tempfile::tempdir()?;
    let written = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/lifecycles/project");
    copy(&written, project.path())?;
    let project = project.path();
    let script = serde_json::to_vec(&script(lifecycles, url)?)?;
    let runs = (TURN_LIFECYCLES / lifecycles.max(1)).clamp(1, TURN_RUNS_MAX);
    let runs = u32::try_from(runs)?;
    let pinned = || pinned::on_one_processor(PROGRAM);
    let report = Path::new(env!("CARGO_TARGET_TMPDIR")).join("lifecycles.json");
    let report = format!("--report=json={}", report.display());
    let played =
        |command: Command, more: &[&str]| program((command, project), lifecycles, url, more);
    let mut programs = [
        ("floor", own_program("0", "floor")?, script.as_slice()),
        ("floor apart", own_program("1", "floor")?, script.as_slice()),
        ("one job", played(pinned(), &["--jobs", "1"]), &[]),
        ("usual jobs", played(Command::new(PROGRAM), &[]), &[]),
        (
            "with a report",
            played(Command::new(PROGRAM), &[&report]),
            &[],
        ),
    ];
    let mut peaks = Vec::new();
    for (_, command, input) in &mut programs {
        peaks.push(peak::peak_of(command, input)?);
    }
    let mut costs: [Vec<Cost>; 5] = Default::default();
    for _ in 0..TURNS {
        for ((_, command, input), costs) in programs.iter_mut().zip(&mut costs) {
            warm_up(command, input)?;
            costs.push(meter::run(command, input, runs)?);
        }
    }
    let [floor, ..] = &costs;
    #[expect(clippy::cast_precision_loss, reason = "it is shown with three digits")]
    let requests = lifecycles as f64 * REQUESTS;
    for (((name, ..), costs), peak) in programs.iter().zip(&costs).zip(peaks) {
        let cost = Cost::median(costs);
        let beside = Cost::beside(costs, floor);
        writeln!(
            io::stdout(),
            "{lifecycles:>10}  {name:<14} {:>6.0} ms {:>7.1} us {:>6.1} MB {:>6.2}x {:>6.2}x",
            cost.wall * 1e3,
            cost.cpu * 1e6 / requests,
            peak / 1e6,
            beside.wall,
            beside.cpu,
        )?;
    }
    Ok(())
}

/// Runs a program until its processors are at their usual speed. One that was idle for a second, as all but the
/// floor's are in its turn, takes a fourth longer for the same work at first.
fn warm_up(command: &mut Command, input: &[u8]) -> io::Result<()> {
    let mut spent = 0.0;
    while spent < WARM_UP {
        spent += meter::run(command, input, 1)?.wall;
    }
    Ok(())
}

/// This program in another role, on one processor.
fn own_program(processor: &str, role: &str) -> io::Result<Command> {
    let mut command = pinned::on_processor(processor, std::env::current_exe()?);
    command.arg(role);
    Ok(command)
}

/// The program as its users start it.
fn program(
    (mut command, project): (Command, &Path),
    lifecycles: usize,
    url: &str,
    more: &[&str],
) -> Command {
    command
        .arg("-C")
        .arg(project)
        .args(["run", "--target", url, "--repeat"])
        .arg(lifecycles.to_string())
        .args(more)
        // Nothing is written beside the approved snapshot.
        .env("CI", "true");
    command
}

fn script(lifecycles: usize, base_url: &str) -> Result<Script, Failure> {
    let value = |path: &str, text: &str, place: &str| -> Result<Value, Failure> {
        let source = Source::parse(path, text.to_owned()).map_err(|_| "a file is no YAML")?;
        let found = source.value(&Pointer::parse(place)?).cloned();
        found.ok_or_else(|| format!("{path} holds no {place}").into())
    };
    let payload = |step: usize| -> Result<Value, Failure> {
        let place = format!("/workflows/0/steps/{step}/requestBody/payload");
        let mut body = value("scenario", SCENARIO, &place)?;
        let title = "/workflows/0/inputs/properties/title/default";
        body["title"] = value("scenario", SCENARIO, title)?;
        Ok(body)
    };
    Ok(Script {
        base_url: base_url.to_owned(),
        lifecycles,
        components: value("contract", CONTRACT, "/components")?,
        draft: payload(0)?,
        correction: payload(2)?,
    })
}
