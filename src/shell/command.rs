//! Programs that print secrets, such as those of a vault: run without a shell, within limits of time
//! and size. What they say on their error output is read by nobody, since it may hold a secret.

mod group;

use std::fmt;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;
use tokio::runtime::Builder;

use group::Group;

/// How long a program may take.
pub const COMMAND_TIME_MAX: Duration = Duration::from_secs(30);

/// How much a program may print, in bytes.
const PRINTED_BYTES_MAX: usize = 1024 * 1024;

/// Why a program gave no secret. The texts hold its name, and nothing that it said or was told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the command `{program}` {why}")]
pub struct CommandError {
    /// The program as it was named, with control characters escaped.
    pub program: String,
    /// What became of it, in words.
    pub why: String,
}

/// What a program prints, without a line break at its end.
///
/// The program is found as the system finds programs; a name with a slash in it is a path from the
/// folder, in which the program is run.
///
/// # Errors
/// When it cannot be run, fails, takes too long, or prints too much or what is no text.
pub fn print(folder: &Path, words: &[String], time: Duration) -> Result<String, CommandError> {
    // On a thread of its own: whoever asks may be within a runtime, where no other one can be waited for.
    std::thread::scope(|scope| {
        let printing = scope.spawn(|| print_here(folder, words, time));
        printing.join().unwrap_or_else(|_| {
            Err(CommandError {
                program: words.first().cloned().unwrap_or_default(),
                why: "could not be run to its end".to_owned(),
            })
        })
    })
}

fn print_here(folder: &Path, words: &[String], time: Duration) -> Result<String, CommandError> {
    let (program, arguments) = words.split_first().ok_or_else(|| CommandError {
        program: String::new(),
        why: "has no name".to_owned(),
    })?;
    let failed = |why: &dyn fmt::Display| CommandError {
        program: program.escape_debug().to_string(),
        why: why.to_string(),
    };
    let cannot = |error: std::io::Error| failed(&format!("cannot be run: {}", error.kind()));
    let runtime = Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(cannot)?;
    let ended = runtime.block_on(async {
        let playing = play(folder, program, arguments);
        tokio::time::timeout(time, playing).await
    });
    // What it left behind is not waited for.
    runtime.shutdown_background();
    let seconds = time.as_secs();
    let ended = ended.map_err(|_| failed(&format!("did not end within {seconds} s")))?;
    let (status, printed) = ended.map_err(cannot)?;
    if printed.len() > PRINTED_BYTES_MAX {
        let mebibytes = PRINTED_BYTES_MAX / (1024 * 1024);
        return Err(failed(&format!("prints more than {mebibytes} MiB")));
    }
    if !status.success() {
        return Err(failed(&in_words(status)));
    }
    let text = String::from_utf8(printed).map_err(|_| failed(&"prints what is no text"))?;
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

/// Runs a program to its end, or until it has printed too much.
async fn play(
    folder: &Path,
    program: &str,
    arguments: &[String],
) -> std::io::Result<(ExitStatus, Vec<u8>)> {
    let folder = folder.canonicalize()?;
    let has_path = Path::new(program).components().count() > 1;
    let found = if has_path {
        folder.join(program)
    } else {
        program.into()
    };
    let mut command = Command::new(found);
    command
        .args(arguments)
        .current_dir(&folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let (mut child, mut group) = Group::spawn(&mut command)?;
    let mut printed = Vec::new();
    if let Some(output) = child.stdout.take() {
        let most = u64::try_from(PRINTED_BYTES_MAX).unwrap_or(u64::MAX);
        let mut output = output.take(most.saturating_add(1));
        output.read_to_end(&mut printed).await?;
    }
    if printed.len() > PRINTED_BYTES_MAX {
        group.end();
    }
    let status = child.wait().await?;
    group.leave();
    Ok((status, printed))
}

fn in_words(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit status {code}"),
        None => "was ended by a signal".to_owned(),
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    fn shell(script: &str, time: Duration) -> Result<String, String> {
        let words = ["sh", "-c", script].map(str::to_owned);
        print(Path::new("."), &words, time).map_err(|it| it.to_string())
    }

    #[test]
    fn what_is_printed_is_the_secret_without_one_line_break() {
        let printed = |script| shell(script, COMMAND_TIME_MAX).expect("it prints");
        assert_eq!(printed("printf 'sesame\\n'"), "sesame");
        assert_eq!(printed("printf 'sesame\\r\\n'"), "sesame");
        assert_eq!(printed("printf 'a\\n\\n'"), "a\n");
        assert_eq!(printed("printf sesame; echo other >&2"), "sesame");
    }

    #[tokio::test]
    async fn it_runs_within_a_runtime_too() {
        assert_eq!(
            shell("echo sesame", COMMAND_TIME_MAX).as_deref(),
            Ok("sesame")
        );
    }

    #[test]
    fn no_shell_reads_the_arguments() {
        let words = ["printf", "%s", "$HOME; `id` * \"x\""].map(str::to_owned);
        let printed = print(Path::new("."), &words, COMMAND_TIME_MAX);
        assert_eq!(printed.as_deref(), Ok("$HOME; `id` * \"x\""));
    }

    #[test]
    fn a_failure_says_nothing_that_was_said() {
        let told = |script| shell(script, COMMAND_TIME_MAX).expect_err("it fails");
        let failed = told("echo sesame; echo sesame >&2; exit 3");
        assert_eq!(failed, "the command `sh` ended with exit status 3");
        assert_eq!(told("kill -9 $$"), "the command `sh` was ended by a signal");
        assert_eq!(
            told("printf '\\377'"),
            "the command `sh` prints what is no text"
        );
        assert_eq!(
            told("while :; do echo 0123456789012345678901234567890123456789; done"),
            "the command `sh` prints more than 1 MiB"
        );
        let words = ["no-such-program".to_owned(), "sesame".to_owned()];
        let missing = print(Path::new("."), &words, COMMAND_TIME_MAX);
        assert_eq!(
            missing.expect_err("there is none").to_string(),
            "the command `no-such-program` cannot be run: entity not found"
        );
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let told = shell("exec tail -f /dev/null", Duration::from_millis(50));
        assert_eq!(
            told.expect_err("it hangs"),
            "the command `sh` did not end within 0 s"
        );
    }

    #[test]
    fn what_a_program_started_is_ended_with_it() {
        for (ending, time, why) in [
            ("wait", Duration::from_secs(1), "did not end within 1 s"),
            (
                "while :; do echo 0123456789012345678901234567890123456789; done",
                COMMAND_TIME_MAX,
                "prints more than 1 MiB",
            ),
        ] {
            let folder = tempfile::tempdir().expect("a folder");
            let call = |program: &str| {
                let mut command = std::process::Command::new(program);
                command.current_dir(folder.path()).arg("held");
                command
            };
            assert!(call("mkfifo").status().expect("a pipe").success());
            let (tell, told) = std::sync::mpsc::channel();
            let mut reading = call("cat");
            // It ends once nobody holds the other end of the pipe any more.
            std::thread::spawn(move || tell.send(reading.output()));
            let script = format!("exec 3> held; mkfifo never; cat never & {ending}");
            let words = ["sh", "-c", &script].map(str::to_owned);
            let printed = print(folder.path(), &words, time);
            let error = printed.expect_err("it is ended").to_string();
            assert!(error.ends_with(why), "{error}");
            let ended = told.recv_timeout(Duration::from_secs(20));
            ended.expect("what it started is ended").expect("a reader");
        }
    }

    #[test]
    fn what_is_left_behind_in_order_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let script =
            "mkfifo ask answer; (read line < ask; echo $line > answer) > /dev/null & echo sesame";
        let words = ["sh", "-c", script].map(str::to_owned);
        let printed = print(folder.path(), &words, COMMAND_TIME_MAX);
        assert_eq!(printed.as_deref(), Ok("sesame"));
        let script = "echo there > ask; cat answer";
        let words = ["sh", "-c", script].map(str::to_owned);
        let printed = print(folder.path(), &words, COMMAND_TIME_MAX);
        assert_eq!(printed.as_deref(), Ok("there"));
    }

    #[test]
    fn a_path_is_below_the_folder() {
        let folder = tempfile::tempdir().expect("a folder");
        let words = ["./token".to_owned()];
        let missing = print(folder.path(), &words, COMMAND_TIME_MAX);
        assert!(missing.is_err());
        let to = folder.path().join("token");
        std::os::unix::fs::symlink("/bin/pwd", &to).expect("a link");
        let printed = print(folder.path(), &words, COMMAND_TIME_MAX).expect("it prints");
        let expected = folder.path().canonicalize().expect("it is there");
        assert_eq!(Path::new(&printed), expected);
    }
}
