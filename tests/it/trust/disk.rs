//! Full disks, read-only disks, and damaged files give a clear error, and nothing is lost.

use std::path::Path;
use std::process::Output;
use std::process::Stdio;

use crate::cloud::area::said;
use crate::program::KEYWRIGHT;
use crate::program::keywright;
use crate::program::outside_pipeline;

/// A shell in which `disk` is a small disk with the quickstart in `disk/quickstart`. `None` if this system does not
/// allow mounting one.
fn on_small_disk(script: &str) -> Option<(tempfile::TempDir, Output)> {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("disk")).unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/quickstart.yaml");
    let script = format!(
        "mount -t tmpfs -o size=400k none disk || exit 99\nmkdir disk/quickstart\ncp {} disk/quickstart\n\
         keywright() {{ {} \"$@\" disk/quickstart 2>&1; }}\n{script}",
        example.display(),
        KEYWRIGHT
    );
    let mut command = outside_pipeline("unshare");
    command.args(["--map-root-user", "--mount", "sh", "-c", &script]).current_dir(&folder);
    let output = command.env("KEYWRIGHT_NOW", "2026-11-21T12:00:00Z").stdin(Stdio::null()).output();
    match output {
        Ok(output) if output.status.code() != Some(99) && !output.stderr.starts_with(b"unshare:") => {
            Some((folder, output))
        }
        other => {
            assert!(std::env::var_os("KEYWRIGHT_REAL_PARTS").is_none(), "no small disk can be mounted: {other:?}");
            None
        }
    }
}

#[test]
fn a_full_disk_is_reported_and_the_next_run_continues() {
    // From a disk without space for the tables to one with space for everything.
    let script = r#"
        for room in 0 8 16 32 64 96 108 112 116 120 128 136 144 152 160 176 192 208 224 256 300 340 380 440 500; do
            rm -rf disk/quickstart/.keywright disk/quickstart/secrets
            free=$(df -k --output=avail disk | tail -1)
            head -c $(( (free - room) * 1024 )) /dev/zero > disk/filler
            said=$(keywright apply --auto-approve); code=$?
            rm disk/filler
            echo "room $room: exit $code"
            case "$said" in *panicked*) echo "PANIC $said";; esac
            if [ $code -ne 0 ]; then
                case "$said" in *"No space left"* | *"disk is full"* | *"free space"*) ;; *) echo "UNTOLD $said";; esac
            fi
            again=$(keywright apply --auto-approve) || echo "STUCK $again"
            settled=$(keywright plan --detailed-exitcode) || echo "UNSETTLED $settled"
            [ "$(wc -l < disk/quickstart/secrets/checkout.env)" = 1 ] || echo "UNDELIVERED"
            keys=$(keywright export | grep -c 'kind: PackageKey')
            [ "$keys" = 1 ] || echo "DOUBLED $keys"
        done"#;
    let Some((_folder, output)) = on_small_disk(script) else { return };
    let text = String::from_utf8_lossy(&output.stdout);
    let rooms = text.lines().filter(|line| line.starts_with("room ")).count();
    assert_eq!(rooms, text.lines().count(), "{text}");
    assert_eq!(rooms, 25, "{text}{}", String::from_utf8_lossy(&output.stderr));
    let failed = text.lines().filter(|line| !line.ends_with("exit 0")).count();
    assert!((5..25).contains(&failed), "some disks are too small and some are not: {text}");
}

#[test]
fn read_only_files_are_read_and_not_written() {
    let script = r#"
        keywright apply --auto-approve > /dev/null || echo "FIRST"
        mount -o remount,ro disk
        keywright plan --detailed-exitcode; echo "plan: exit $?"
        keywright export > /dev/null; echo "export: exit $?"
        keywright apply --auto-approve; echo "apply: exit $?""#;
    let Some((_folder, output)) = on_small_disk(script) else { return };
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(text.contains("Nothing to do: 6 objects are as declared.\nplan: exit 0\nexport: exit 0\n"), "{text}");
    assert!(text.contains("could not") && text.contains("help: ") && text.ends_with("apply: exit 1\n"), "{text}");
}

fn quickstart() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/quickstart/quickstart.yaml");
    std::fs::copy(example, folder.path().join("quickstart.yaml")).unwrap();
    folder
}

fn apply(folder: &tempfile::TempDir) -> crate::cloud::area::Said {
    let mut command = keywright();
    command.args(["apply", "--auto-approve"]).arg(folder.path()).stdin(Stdio::null());
    said(&mut command)
}

#[test]
fn a_damaged_file_is_named_and_left_as_it_is() {
    let folder = quickstart();
    assert_eq!(apply(&folder).exit, 0);
    let path = folder.path().join(".keywright/keywright.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[100..4096].fill(0xff);
    std::fs::write(&path, &bytes).unwrap();
    let said = apply(&folder);
    assert_eq!(said.exit, 1, "{}", said.text);
    assert!(said.text.contains("keywright.db: the file is damaged") && said.text.contains("backup"), "{}", said.text);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn a_lock_file_with_random_text_is_a_free_lock() {
    let folder = quickstart();
    std::fs::create_dir(folder.path().join(".keywright")).unwrap();
    std::fs::write(folder.path().join(".keywright/keywright.db.lock"), b"\xff\0 not what Keywright writes").unwrap();
    let said = apply(&folder);
    assert_eq!(said.exit, 0, "{}", said.text);
}
