//! Stand-ins for the programs of sinks. Each checks what it is given, and does wrong what `state/fault` says: a moment and a
//! behavior.

use std::fs;

use super::Workspace;

/// Keeps each value as a line of `versions`, once for each token.
const STORE: &str = r#"
value="$(cat)"
[ $# = 3 ] || { echo "unexpected arguments: $*" >&2; exit 64; }
fault write
if ! grep -q " $3\$" "$state/versions"; then
  echo "$value $3" >> "$state/versions"
fi
fault stored
echo "version $(grep -n " $3\$" "$state/versions" | cut -d: -f1)"
"#;

const PROBE: &str = "value=nothing\nfault probe\n";

const CHECK: &str = "value=\"$(cat)\"\nfault check\n";

/// Keeps a line of `versions` for each change of the field, as a server does that applies the same text twice.
const KUBECTL: &str = r#"
manifest="$(cat)"
value="$manifest"
usual="--context=prod apply --server-side --force-conflicts --validate=false --filename=- --field-manager=keywright-KEY --namespace=teams"
usual="$usual --output=go-template={{.metadata.resourceVersion}} {{index .data \"KEY\"}}"
case "$*" in
  "$usual") moment=write ;;
  "$usual --dry-run=server") moment=probe ;;
  *) echo "unexpected arguments: $*" >&2; exit 64 ;;
esac
encoded="$(printf %s "$manifest" | sed -n 's/.*"data":{"KEY":"\([^"]*\)"}.*/\1/p')"
whole='{"apiVersion":"v1","kind":"Secret","metadata":{"namespace":"teams","name":"checkout"},"data":{"KEY":""}}'
length=$((${#whole} + ${#encoded}))
for part in '"apiVersion":"v1"' '"kind":"Secret"' '"namespace":"teams"' '"name":"checkout"'; do
  case "$manifest" in *"$part"*) ;; *) length=0 ;; esac
done
[ ${#manifest} = $length ] || { echo "unexpected manifest" >&2; exit 65; }
value="$(printf %s "$encoded" | base64 -d)"
fault $moment
if [ $moment = probe ]; then
  echo "0 $encoded"
  exit
fi
[ "$(tail -n 1 "$state/versions")" = "$value" ] || echo "$value" >> "$state/versions"
fault stored
echo "$(wc -l < "$state/versions") $encoded"
"#;

/// Encrypts nothing: the text is the value in Base64, which a test can read.
const SOPS: &str = r#"
plain="$(cat)"
value="$plain"
fixed="--config /dev/null encrypt --encrypted-regex=. --filename-override=value.json --age=age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"
[ "$*" = "$fixed" ] || { echo "unexpected arguments: $*" >&2; exit 64; }
name="$(printf %s "$plain" | cut -d'"' -f2)"
value="$(printf %s "$plain" | cut -d'"' -f4)"
[ "$plain" = "{\"$name\":\"$value\"}" ] || { echo "unexpected text" >&2; exit 65; }
moment=write
[ "$name" = probe ] && moment=probe
fault $moment
encoded="$(printf %s "$value" | base64 -w 0)"
printf '{"%s": "ENC[AES256_GCM,data:%s]", "sops": {"mac": "fake", "version": "3.11.0"}}\n' "$name" "$encoded"
[ $moment = probe ] || fault stored
"#;

const PROLOGUE: &str = r#"#!/bin/sh
state="$(dirname "$0")/state"
echo "$@" >> "$state/arguments"
fault() {
  [ "$(cut -d' ' -f1 "$state/fault")" = "$1" ] || return 0
  case "$(cut -d' ' -f2 "$state/fault")" in
    killed) kill -9 $PPID; exit 1 ;;
    full) echo "no space left on device for $value" >&2; exit 1 ;;
    refuses) echo "403 for $value" >&2; exit 1 ;;
    hangs) sleep 30 ;;
    lies) exit 0 ;;
    slow) sleep 1 ;;
  esac
}
"#;

impl Workspace {
    /// Puts all stand-ins beside the workspace.
    pub(super) fn with_stand_ins(self) -> Self {
        fs::create_dir(self.outside("state")).unwrap();
        for file in ["versions", "arguments", "fault"] {
            fs::write(self.outside("state").join(file), "").unwrap();
        }
        for (name, text) in [("store", STORE), ("probe", PROBE), ("check", CHECK), ("kubectl", KUBECTL), ("sops", SOPS)]
        {
            self.script(name, &format!("{PROLOGUE}{text}"));
        }
        self
    }

    /// What the stand-ins do wrong from now on: nothing if it is empty.
    pub(super) fn fault(&self, fault: &str) {
        fs::write(self.outside("state/fault"), fault).unwrap();
    }

    /// The arguments of all calls, a line for each.
    pub(super) fn calls(&self) -> Vec<String> {
        let text = fs::read_to_string(self.outside("state/arguments")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// The values of all versions that a stand-in keeps.
    pub(super) fn kept(&self) -> Vec<String> {
        let text = fs::read_to_string(self.outside("state/versions")).unwrap();
        text.lines().map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    }
}
