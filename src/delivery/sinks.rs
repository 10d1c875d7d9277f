//! Delivers key values to the sinks that the settings declare. Each kind has a file of its own, with two functions: `look`
//! finds out, before any key is created, whether a value can be written and what is there; `write` writes it, so that a
//! repetition makes no second version, and returns how the sink names the version.

mod age;
mod age_format;
mod command;
pub(super) mod file;
mod kubernetes;
mod sealed;
mod sops;
mod template;
mod vault;

use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::OnceLock;

use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::sync::Mutex;
use tokio::sync::OnceCell;

use self::command::Words;
use self::template::Values;
use super::Cause;
use super::refusal;
use crate::apply::Delivering;
use crate::model::Delivery;
use crate::model::Fingerprint;
use crate::model::FingerprintKey;
use crate::model::Secret;
use crate::plan::Receipt;
use crate::plan::Receipts;
use crate::plan::Shown;
use crate::rules;
use crate::secrets::Access;
use crate::secrets::Trust;
use crate::source::Loaded;
use crate::stores::TimeLimits;
use crate::stores::masking::Masking;
use crate::workspace::DatabaseAt;
use crate::workspace::Environment;
use crate::workspace::Sink;
use crate::workspace::SinkKind;

/// How many places are checked at once.
const AT_ONCE: usize = 8;

/// How much a command checks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Reach {
    /// Only at files.
    Files,
    /// Also at servers.
    Servers,
    /// Before writes: also whether a value can be written, with programs if the settings name them.
    Writes,
}

/// What a place shows.
enum Seen {
    Value(Secret),
    Fingerprint(Fingerprint),
    Nothing,
    /// The sink cannot be asked.
    Unknown,
}

/// The sinks of a workspace. Clones share the state.
#[derive(Clone)]
pub struct Sinks(Arc<Inner>);

struct Inner {
    root: PathBuf,
    database: DatabaseAt,
    sinks: BTreeMap<Box<str>, Declared>,
    settings: Environment,
    variables: BTreeMap<String, String>,
    trust: Trust,
    key: Option<FingerprintKey>,
    limits: TimeLimits,
    servers: vault::Servers,
    /// What programs and servers may repeat.
    masking: Arc<Masking>,
}

/// A sink of the settings, and what this run knows about it.
struct Declared {
    sink: Sink,
    /// One write at a time for each sink: many programs read, change and write a whole file.
    writes: Mutex<()>,
    /// Why the sink is not asked again: it did not answer in time.
    hangs: OnceLock<Cause>,
    /// The same for its check.
    check_hangs: OnceLock<Cause>,
    /// Whether values can be encrypted, which is the same for all paths.
    encrypts: OnceCell<Result<(), Cause>>,
}

impl Declared {
    fn new(sink: &Sink) -> Self {
        Self {
            sink: sink.clone(),
            writes: Mutex::default(),
            hangs: OnceLock::new(),
            check_hangs: OnceLock::new(),
            encrypts: OnceCell::new(),
        }
    }
}

/// Does the work, unless it already took a whole time limit once. So a server that hangs costs one limit, and not one for
/// each place.
async fn once<T>(hangs: &OnceLock<Cause>, work: impl Future<Output = Result<T, Cause>>) -> Result<T, Cause> {
    if let Some(cause) = hangs.get() {
        return Err(cause.clone());
    }
    let done = work.await;
    if let Err(cause) = &done
        && cause.is_hang
    {
        // The first one stays.
        let _ = hangs.set(cause.clone());
    }
    done
}

/// A value to deliver, and the run that does it.
pub struct Parcel {
    pub to: Delivery,
    pub value: Secret,
    pub address: String,
    pub run: i64,
    /// What the place received last.
    pub last: Option<Receipt>,
}

impl Sinks {
    pub fn new(loaded: &Loaded, access: &Access<'_>, key: Option<FingerprintKey>, limits: TimeLimits) -> Self {
        let sinks = loaded.workspace.sinks.iter();
        Self(Arc::new(Inner {
            root: loaded.root.clone(),
            database: loaded.workspace.database.clone(),
            sinks: sinks.map(|(name, sink)| (name.clone(), Declared::new(sink))).collect(),
            settings: access.settings.clone(),
            variables: access.variables.clone(),
            trust: access.trust,
            key,
            limits,
            servers: vault::Servers::default(),
            masking: Arc::default(),
        }))
    }

    /// Hides a secret in what sinks say: some print a whole document, with the values of other keys.
    pub fn hide(&self, secret: &Secret) {
        if !self.0.sinks.is_empty() {
            self.0.masking.hide(secret);
        }
    }

    /// What sinks show, and why they take no value. A place of which nothing is known has no entry.
    pub async fn look(
        &self,
        places: impl Iterator<Item = &Delivery>,
        receipts: &Receipts,
        reach: Reach,
    ) -> BTreeMap<Delivery, Shown> {
        let places: BTreeSet<&Delivery> = places.filter(|to| to.sink.is_some()).collect();
        let look = |to: &Delivery| {
            let to = to.clone();
            async move { Some((self.look_at(&to, receipts, reach).await?, to)) }
        };
        let looks = stream::iter(places.into_iter().map(look)).buffer_unordered(AT_ONCE);
        looks.filter_map(std::future::ready).map(|(shown, to)| (to, shown)).collect().await
    }

    async fn look_at(&self, to: &Delivery, receipts: &Receipts, reach: Reach) -> Option<Shown> {
        let declared @ Declared { sink, hangs, .. } = self.0.sinks.get(to.sink.as_ref()?)?;
        let seen = match self.0.check(sink, to) {
            Ok(()) => once(hangs, self.0.look(declared, to, reach)).await,
            Err(cause) => Err(cause),
        };
        let shown = match seen {
            Ok(Seen::Unknown) => return None,
            Ok(Seen::Value(value)) if self.is_proven(sink, to, receipts, |key| key.of_value(&value)) => {
                Shown::Value(value.digest())
            }
            Ok(Seen::Fingerprint(value)) if self.is_proven(sink, to, receipts, |_| value.clone()) => {
                Shown::Fingerprint(value)
            }
            // A value that is not proven is delivered again, and then the key is checked.
            Ok(Seen::Nothing | Seen::Value(_) | Seen::Fingerprint(_)) => Shown::Nothing,
            Err(Cause { message, help, .. }) => {
                Shown::Broken { why: self.0.masking.text(&message).into(), help: help.into() }
            }
        };
        Some(shown)
    }

    /// Whether a shown value counts as delivered. With a check, only a receipt shows that the key was found to work.
    fn is_proven(
        &self,
        sink: &Sink,
        to: &Delivery,
        receipts: &Receipts,
        of: impl Fn(&FingerprintKey) -> Fingerprint,
    ) -> bool {
        let has_receipt = || {
            let (key, receipt) = self.0.key.as_ref().zip(receipts.places.get(to))?;
            Some(receipt.value == of(key) && receipt.identity == sink.identity())
        };
        sink.check.is_none() || has_receipt().unwrap_or(false)
    }

    /// The identity of a place's sink. Empty for a file of the workspace.
    pub fn identity(&self, to: &Delivery) -> Box<str> {
        let sink = to.sink.as_ref().and_then(|name| self.0.sinks.get(name));
        sink.map(|declared| declared.sink.identity()).unwrap_or_default()
    }

    /// Whether a place can be asked what it holds.
    pub fn can_be_asked(&self, to: &Delivery) -> bool {
        let sink = to.sink.as_ref().and_then(|name| self.0.sinks.get(name));
        sink.is_none_or(|declared| declared.sink.can_be_asked())
    }

    /// Writes a value to its sink, and lets the check of the sink prove that the key works.
    pub fn deliver(&self, parcel: Parcel) -> Delivering {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            // Before another sink can show it.
            inner.masking.hide(&parcel.value);
            match inner.deliver(&parcel).await {
                Ok(receipt) => Ok(inner.masking.shown(&receipt).into()),
                Err(cause) => Err(refusal(&parcel.to, Cause { message: inner.masking.text(&cause.message), ..cause })),
            }
        })
    }
}

impl Inner {
    fn access(&self) -> Access<'_> {
        Access { root: &self.root, variables: &self.variables, settings: &self.settings, trust: self.trust }
    }

    fn key(&self) -> Result<&FingerprintKey, Cause> {
        self.key.as_ref().ok_or_else(|| Cause::new("there is no key for fingerprints", "apply again"))
    }

    /// A saved plan may name places that no manifest may name.
    fn check(&self, sink: &Sink, to: &Delivery) -> Result<(), Cause> {
        match rules::refused_by_sink(sink, &to.file, &to.variable, &self.database) {
            Some((message, help)) => Err(Cause::new(message, help)),
            None => Ok(()),
        }
    }

    async fn look(self: &Arc<Self>, declared: &Declared, to: &Delivery, reach: Reach) -> Result<Seen, Cause> {
        let Declared { sink, encrypts, .. } = declared;
        match &sink.kind {
            SinkKind::File { folder, format } => file::look(self, folder, *format, to, reach),
            SinkKind::Age { folder, recipients } => age::look(self, folder, recipients, to, reach),
            SinkKind::Sops(sops) => {
                if reach == Reach::Writes {
                    encrypts.get_or_init(|| sops::probe(self, sops)).await.clone()?;
                }
                sops::look(self, sops, to, reach)
            }
            SinkKind::Kubernetes(kubernetes) if reach == Reach::Writes => kubernetes::probe(self, kubernetes, to).await,
            SinkKind::Command(command) if reach == Reach::Writes => command::probe(self, command, to).await,
            SinkKind::Command(_) | SinkKind::Kubernetes(_) => Ok(Seen::Unknown),
            SinkKind::Vault(_) if reach == Reach::Files => Ok(Seen::Unknown),
            SinkKind::Vault(vault) => vault::look(self, vault, to, reach).await,
        }
    }

    async fn deliver(self: &Arc<Self>, parcel: &Parcel) -> Result<Box<str>, Cause> {
        let sink = parcel.to.sink.as_ref().and_then(|name| self.sinks.get(name));
        let missing =
            || Cause::new("the settings no longer declare this sink", "declare it in keywright.yaml, or plan again");
        let Declared { sink, writes, hangs, check_hangs, .. } = sink.ok_or_else(missing)?;
        self.check(sink, &parcel.to)?;
        let _one_at_a_time = writes.lock().await;
        let receipt = once(hangs, self.write(sink, parcel)).await?;
        // A shared secret alone is no key to try.
        if let Some(check) = sink.check.as_ref().filter(|_| !parcel.to.is_secret()) {
            let words = Words::filled(check, &Values::of(self, parcel)?);
            let check = command::run(self, words, sink.variables(), Some(&parcel.value));
            once(check_hangs, check).await.map_err(|cause| Cause {
                message: format!("the value was written, but the check of the sink failed: {}", cause.message),
                help: "find out why calls with the new key fail; older keys stay until the check succeeds".to_owned(),
                ..cause
            })?;
        }
        Ok(receipt)
    }

    async fn write(self: &Arc<Self>, sink: &Sink, parcel: &Parcel) -> Result<Box<str>, Cause> {
        let Parcel { to, value, .. } = parcel;
        match &sink.kind {
            SinkKind::File { folder, format } => file::write(self, folder, *format, to, value),
            SinkKind::Age { folder, recipients } => age::write(self, folder, recipients, to, value),
            SinkKind::Sops(sops) => sops::write(self, sops, to, value).await,
            SinkKind::Command(command) => command::write(self, command, parcel).await,
            SinkKind::Kubernetes(kubernetes) => kubernetes::write(self, kubernetes, to, value).await,
            SinkKind::Vault(vault) => vault::write(self, vault, to, value).await,
        }
    }
}
