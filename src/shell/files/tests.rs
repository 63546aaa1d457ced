//! The disk, in folders that go away with the test.

use super::*;
use std::io::Write;
use tempfile::TempDir;

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).expect("a folder");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("an entry")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn what_is_stored_is_loaded_and_folders_are_made() {
    let folder = folder();
    let path = folder.path().join("a/b/c.txt");
    store(&path, "grün".as_bytes()).expect("stored");
    assert_eq!(load_text(&path, 5).expect("loaded"), "grün");
    assert_eq!(names(&folder.path().join("a/b")), ["c.txt"]);
}

#[test]
fn a_file_is_read_up_to_its_limit() {
    let folder = folder();
    let path = folder.path().join("a");
    store(&path, b"abc").expect("stored");
    assert_eq!(load_bytes(&path, 3).expect("just fits"), b"abc");
    assert_eq!(load_bytes(&path, 2), Err(FileError::TooLarge(path, 2)));
}

#[cfg(unix)]
#[test]
fn what_has_no_size_is_read_up_to_the_limit_too() {
    let zeros = Path::new("/dev/zero");
    assert_eq!(
        load_bytes(zeros, 1000),
        Err(FileError::TooLarge(zeros.into(), 1000))
    );
}

#[test]
fn what_is_missing_or_a_folder_or_no_text_is_named() {
    let folder = folder();
    let missing = folder.path().join("missing");
    assert_eq!(
        load_bytes(&missing, 9),
        Err(FileError::Missing(missing.clone()))
    );
    let own = folder.path().to_owned();
    assert_eq!(
        load_bytes(&own, 1 << 20),
        Err(FileError::WrongKind(own.clone(), "file"))
    );
    assert_eq!(store(&own, b""), Err(FileError::WrongKind(own, "file")));
    let bytes = folder.path().join("bytes");
    store(&bytes, b"ab\xff").expect("stored");
    assert_eq!(load_text(&bytes, 9), Err(FileError::NotText(bytes, 2)));
}

#[test]
fn a_file_in_the_way_of_a_folder_is_an_error() {
    let folder = folder();
    store(&folder.path().join("a"), b"").expect("stored");
    let error = store(&folder.path().join("a/b"), b"").expect_err("a file is no folder");
    assert!(matches!(error, FileError::System(..)), "{error}");
    assert_eq!(names(folder.path()), ["a"]);
}

#[test]
fn only_a_change_is_written() {
    let folder = folder();
    let path = folder.path().join("a");
    let written = |bytes| store_if_changed(&path, bytes).expect("stored");
    assert!(written(b"one"));
    assert!(!written(b"one"));
    assert!(written(b"two"));
    assert!(written(b"longer"));
    assert!(written(b"x"));
    assert_eq!(load_bytes(&path, 9).expect("loaded"), b"x");
}

#[test]
fn a_stream_appears_with_its_end_and_leaves_nothing_without() {
    let folder = folder();
    let path = folder.path().join("report");
    store(&path, b"old").expect("stored");
    let mut stream = Stream::create(&path).expect("begun");
    stream.write_all(&vec![b'x'; 100_000]).expect("written");
    stream.flush().expect("flushed");
    assert_eq!(load_bytes(&path, 9).expect("the old one"), b"old");
    drop(stream);
    assert_eq!(names(folder.path()), ["report"]);
    assert_eq!(load_bytes(&path, 9).expect("the old one"), b"old");
    let mut stream = Stream::create(&path).expect("begun");
    stream.write_all(b"new").expect("written");
    stream.finish().expect("finished");
    assert_eq!(load_bytes(&path, 9).expect("the new one"), b"new");
    assert_eq!(names(folder.path()), ["report"]);
}

#[cfg(unix)]
#[test]
fn permissions_are_the_usual_ones_or_those_of_before() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("a");
    let mode = |path: &Path| {
        fs::metadata(path)
            .expect("it is there")
            .permissions()
            .mode()
            & 0o777
    };
    store(&path, b"1").expect("stored");
    let beside = folder.path().join("beside");
    fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .open(&beside)
        .expect("made");
    assert_eq!(mode(&path), mode(&beside), "as the system makes files");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o646)).expect("changed");
    store(&path, b"2").expect("stored");
    assert_eq!(mode(&path), 0o646);
}

#[test]
fn removing_tells_whether_there_was_something() {
    let folder = folder();
    let path = folder.path().join("a");
    store(&path, b"").expect("stored");
    assert_eq!(remove(&path), Ok(true));
    assert_eq!(remove(&path), Ok(false));
    assert!(remove(folder.path()).is_err());
}

#[test]
fn a_listing_is_sorted_and_as_deep_as_wanted() {
    let folder = folder();
    for name in ["b", "a/z/deep", "a/y", "c", ".hidden", ".git/config"] {
        store(&folder.path().join(name), b"").expect("stored");
    }
    let listed = |depth| {
        let paths = list(folder.path(), depth).expect("a folder");
        let relative = |path: &PathBuf| {
            path.strip_prefix(folder.path())
                .expect("inside")
                .display()
                .to_string()
        };
        paths.iter().map(relative).collect::<Vec<_>>()
    };
    assert_eq!(listed(0), ["b", "c"]);
    assert_eq!(listed(1), ["a/y", "b", "c"]);
    assert_eq!(listed(9), ["a/y", "a/z/deep", "b", "c"]);
}

#[test]
fn a_listing_of_what_is_no_folder_fails() {
    let folder = folder();
    let file = folder.path().join("a");
    store(&file, b"").expect("stored");
    assert_eq!(
        list(&file, 1),
        Err(FileError::WrongKind(file.clone(), "folder"))
    );
    let missing = folder.path().join("missing");
    assert_eq!(list(&missing, 1), Err(FileError::Missing(missing)));
    assert!(matches!(
        Confined::new(&file),
        Err(FileError::WrongKind(..))
    ));
    assert!(matches!(
        Confined::new(&folder.path().join("b")),
        Err(FileError::Missing(_))
    ));
}

#[cfg(unix)]
#[test]
fn a_circle_of_links_does_not_hold_a_listing() {
    let folder = folder();
    store(&folder.path().join("a/file"), b"").expect("stored");
    std::os::unix::fs::symlink(folder.path(), folder.path().join("a/again")).expect("a link");
    std::os::unix::fs::symlink("nowhere", folder.path().join("a/broken")).expect("a link");
    let listed = list(folder.path(), 50).expect("a folder");
    assert_eq!(
        listed,
        [folder.path().join("a/broken"), folder.path().join("a/file")]
    );
}

#[test]
fn reading_stays_inside() {
    let folder = folder();
    store(&folder.path().join("secret"), b"s").expect("stored");
    store(&folder.path().join("in/a/b"), b"b").expect("stored");
    let confined = Confined::new(&folder.path().join("in")).expect("a folder");
    assert_eq!(confined.load("a/b").as_deref(), Ok(&b"b"[..]));
    assert_eq!(confined.load("./a/./b").as_deref(), Ok(&b"b"[..]));
    assert_eq!(confined.load_text("a/b", 1).as_deref(), Ok("b"));
    let absolute = folder.path().join("in/a/b").display().to_string();
    for path in [
        "",
        "..",
        "../secret",
        "a/../../secret",
        "a/../a/b",
        "/etc/passwd",
        &absolute,
    ] {
        let error = confined.load_bytes(path, 9).expect_err(path);
        assert_eq!(error, FileError::Outside(path.into()));
    }
    assert_eq!(
        confined.load_bytes("a", 9),
        Err(FileError::WrongKind("a".into(), "plain file"))
    );
    assert_eq!(
        confined.load_bytes("a/b", 0),
        Err(FileError::TooLarge("a/b".into(), 0))
    );
    let error = confined.load_bytes("a/b", 0).expect_err("it is too large");
    assert_eq!(error.path(), Path::new("a/b"));
    assert_eq!(error.to_string(), format!("a/b: {}", error.why()));
    assert_eq!(
        confined.load("c"),
        Err("there is no such file or folder".into())
    );
    assert!(confined.load("a\0b").is_err());
}

#[cfg(unix)]
#[test]
fn links_may_lead_about_inside_but_not_out() {
    let folder = folder();
    let root = folder.path().join("in");
    store(&folder.path().join("secret"), b"s").expect("stored");
    store(&root.join("a/b"), b"b").expect("stored");
    for (target, name) in [
        ("../secret", "out"),
        ("..", "up"),
        ("a/b", "about"),
        ("loop", "loop"),
    ] {
        std::os::unix::fs::symlink(target, root.join(name)).expect("a link");
    }
    let confined = Confined::new(&root).expect("a folder");
    assert_eq!(confined.load("about").as_deref(), Ok(&b"b"[..]));
    for path in ["out", "up/secret", "up/in/../secret"] {
        assert_eq!(
            confined.load_bytes(path, 9),
            Err(FileError::Outside(path.into()))
        );
    }
    assert!(matches!(
        confined.load_bytes("loop", 9),
        Err(FileError::System(..))
    ));
}

#[cfg(unix)]
#[test]
fn what_is_no_regular_file_stays_what_it_is() {
    use std::os::unix::fs::FileTypeExt;
    let folder = folder();
    let pipe = folder.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo can be called").success());
    let link = folder.path().join("link");
    std::os::unix::fs::symlink("pipe", &link).expect("a link");
    for path in [&pipe, &link] {
        let refused = FileError::WrongKind(path.clone(), "regular file");
        assert_eq!(Stream::create(path).err(), Some(refused.clone()));
        assert_eq!(store(path, b"x"), Err(refused.clone()));
        assert_eq!(store_if_changed(path, b"x"), Err(refused));
    }
    let kind = fs::metadata(&link).expect("it is there").file_type();
    assert!(kind.is_fifo(), "{kind:?}");
    assert_eq!(names(folder.path()), ["link", "pipe"]);
}

#[cfg(unix)]
#[test]
fn what_a_link_leads_to_is_written() {
    use std::os::unix::fs::symlink;
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    store(&path("there/file"), b"old").expect("stored");
    symlink("there/file", path("one")).expect("a link");
    symlink("one", path("two")).expect("a link");
    symlink("there/none", path("dangling")).expect("a link");
    store(&path("two"), b"new").expect("stored");
    store(&path("dangling"), b"made").expect("stored");
    assert_eq!(load_bytes(&path("there/file"), 9).expect("loaded"), b"new");
    assert_eq!(load_bytes(&path("there/none"), 9).expect("loaded"), b"made");
    for name in ["one", "two", "dangling"] {
        let known = fs::symlink_metadata(path(name)).expect("it is there");
        assert!(known.is_symlink(), "{name}");
    }
    assert_eq!(names(&path("there")), ["file", "none"]);
}

#[cfg(unix)]
#[test]
fn links_that_lead_in_a_circle_are_refused() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    std::os::unix::fs::symlink("b", path("a")).expect("a link");
    std::os::unix::fs::symlink("a", path("b")).expect("a link");
    let error = store(&path("a"), b"x").expect_err("it leads nowhere");
    assert!(matches!(error, FileError::System(..)), "{error}");
    assert_eq!(names(folder.path()), ["a", "b"]);
}

#[cfg(unix)]
#[test]
fn what_is_private_is_its_owners_alone() {
    use std::os::unix::fs::{PermissionsExt as _, symlink};
    let folder = temporary_folder("countersign-test-").expect("a folder");
    let mode = |path: &Path| {
        let known = std::fs::metadata(path).expect("it is there");
        known.permissions().mode() & 0o777
    };
    assert_eq!(mode(folder.path()), 0o700);
    let path = folder.path().join("key");
    store(&path, b"old").expect("it can be written");
    assert_ne!(mode(&path), 0o600);
    store_private(&path, b"new").expect("it can be written");
    assert_eq!(
        (mode(&path), load_bytes(&path, 9).expect("bytes")),
        (0o600, b"new".to_vec())
    );
    let link = folder.path().join("link");
    symlink(&path, &link).expect("a link");
    let error = store_private(&link, b"x").expect_err("a link");
    assert!(matches!(error, FileError::WrongKind(..)), "{error}");
    let gone = folder.path().to_owned();
    drop(folder);
    assert!(!gone.exists());
}
