//! Behaviour that was reported of the service, or that its documentation leaves open: sections 6 and 8 of the
//! reference. Each is off until it is asked for, so that a client can be tried against every reading.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

macro_rules! quirks {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $(($number:literal))?,)+) => {
        /// One deviation from the plain behaviour.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Quirk {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Quirk {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What it does, as one sentence.
            pub fn says(self) -> &'static str {
                self.says_with_source().split(" (").next().unwrap_or_default().trim()
            }

            /// The same with the place in the reference that it comes from.
            const fn says_with_source(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)+ }
            }

            /// The number that it has when none is given, for those that have one.
            pub const fn number(self) -> Option<u64> {
                match self { $(Self::$variant => quirks!(@number $($number)?),)+ }
            }
        }
    };
    (@number $number:literal) => { Some($number) };
    (@number) => { None };
}

quirks! {
    /// The next N requests that name an object that was just created, in their path or as a key's plan, answer 400 (Q1, 8.17).
    LateVisibility = "late-visibility" (2),
    /// An object that was just created is missing from the next N lists of its kind (Q1).
    LateLists = "late-lists" (1),
    /// Validation errors name no property and look like those of late visibility (Q2).
    BareErrors = "bare-errors",
    /// Custom attributes are told although `fields` are asked for (Q5).
    CustomWithFields = "custom-attributes-with-fields",
    /// The status that a new key is given is ignored, and the key begins as waiting (Q6, 8.4).
    StatusIgnored = "status-ignored-on-create",
    /// Deleted keys still count against a plan's maximum; above it a new key begins as waiting (Q7).
    DeletedKeysCount = "deleted-keys-count",
    /// A key without limits of its own has null for them instead of 0 (Q8).
    NullLimits = "null-limits",
    /// The ids of mail template sets are numbers where they can be (Q12).
    NumericTemplateIds = "numeric-template-ids",
    /// The platform's own user MasheryInternalOAuth2 is among the members (Q16).
    InternalMember = "internal-member",
    /// Spaces at the ends of texts are cut off when they are saved (Q17).
    TrimmedTexts = "trimmed-texts",
    /// Disabling a member removes the member's keys instead of disabling them (8.1).
    DisableRemovesKeys = "disable-removes-keys",
    /// `offset` counts pages instead of objects (8.2).
    PageOffset = "page-offset",
    /// A page has at most N objects, whatever `limit` says (8.3).
    MaxLimit = "max-limit" (100),
    /// A key can not be created without `secret` (8.5).
    SecretRequired = "secret-required",
    /// A change of a member's `email` is ignored instead of refused (8.6).
    EmailIgnored = "email-ignored",
    /// A change of a member's `displayName` is ignored (8.6).
    DisplayNameIgnored = "display-name-ignored",
    /// Changes of a member's profile, which is all but status, roles and names, are ignored (section 1.2).
    ProfileCreateOnly = "profile-create-only",
    /// Usernames, names and key values that differ only in case are the same (8.7).
    CaseFolding = "case-folding",
    /// A key value can be there once, not once per package (8.8).
    GlobalKeyValues = "global-key-values",
    /// A delete takes along what hangs on the object (8.9).
    CascadingDeletes = "cascading-deletes",
    /// `expires` is told with a time of day (8.10).
    ExpiresWithTime = "expires-with-time",
    /// Null does not clear `expires` (8.10).
    ExpiresKeepsOnNull = "expires-keeps-on-null",
    /// An empty text does not clear `expires` (8.10).
    ExpiresKeepsOnEmpty = "expires-keeps-on-empty",
    /// A key that changes its plan loses the limits that it had before (8.11).
    PlanChangeResetsLimits = "plan-change-resets-limits",
    /// A key that changes its plan loses its expiry date (8.11).
    PlanChangeResetsExpiry = "plan-change-resets-expiry",
    /// No key can be created for a plan that is inactive (8.11).
    InactivePlanRefuses = "inactive-plan-refuses",
    /// A member can not have more keys in a plan than `maxNumKeysAllowed` (8.12).
    MaximumEnforced = "maximum-enforced",
    /// Beyond `numKeysBeforeReview`, new keys of a plan that is moderated begin as waiting (8.12).
    ReviewEnforced = "review-enforced",
    /// `selfServiceKeyProvisioningEnabled` of a plan is ignored when it is written (8.14).
    SelfServiceIgnored = "self-service-ignored",
    /// Plans that count by month are told to count by week (8.15).
    WeeklyQuotas = "weekly-quotas",
    /// `errorCode` is a text (8.16).
    TextErrorCode = "text-error-code",
    /// A key whose day has passed is told as disabled (8.19).
    ExpiredKeysDisabled = "expired-keys-disabled",
    /// `*` in `fields` is refused (8.21).
    NoStar = "no-star",
    /// Paths with dots in `fields` are refused (8.21).
    NoNestedFields = "no-nested-fields",
    /// Lists without `sort` come in another order each time (section 4.4).
    UnstableOrder = "unstable-order",
    /// Lists have no X-Total-Count (section 4.4).
    NoTotal = "no-total",
    /// A trigger refuses to save members, applications and keys whose body holds the word veto (R13).
    TriggerVetoes = "trigger-vetoes",
    /// A trigger changes what is saved: `notes` of applications, `company` of members, `status` of new keys (R13).
    TriggerAlters = "trigger-alters",
    /// The area demands the custom attribute `costCentre` of every new member (section 1.2).
    MandatoryAttribute = "mandatory-attribute",
}

/// The quirks that are on, with their numbers.
#[derive(Default, Debug)]
pub struct Quirks(BTreeMap<Quirk, u64>);

impl Quirks {
    pub fn new(chosen: impl IntoIterator<Item = Chosen>) -> Self {
        Self(chosen.into_iter().map(|Chosen(quirk, number)| (quirk, number)).collect())
    }

    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.0.contains_key(&quirk)
    }

    /// The quirk's number, or nothing when it is off.
    pub(super) fn number(&self, quirk: Quirk) -> Option<u64> {
        self.0.get(&quirk).copied()
    }
}

/// One quirk as the command line names it: `page-offset`, `max-limit=50`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Chosen(pub Quirk, pub u64);

impl FromStr for Chosen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, number) = text.split_once('=').map_or((text, None), |(name, number)| (name, Some(number)));
        let Some(quirk) = Quirk::ALL.iter().copied().find(|quirk| quirk.name() == name) else {
            return Err(unknown(name, Quirk::ALL.iter().map(|quirk| quirk.name())));
        };
        match (quirk.number(), number.map(str::parse)) {
            (None, None) => Ok(Self(quirk, 0)),
            (Some(usual), None) => Ok(Self(quirk, usual)),
            (Some(_), Some(Ok(number))) if (1..=1_000_000).contains(&number) => Ok(Self(quirk, number)),
            (Some(_), Some(_)) => Err(format!("{name} takes a whole number from 1 to 1000000")),
            (None, Some(_)) => Err(format!("{name} takes no number")),
        }
    }
}

/// What is said about a name that nobody knows: the nearest one, and all.
pub(super) fn unknown(name: &str, known: impl Iterator<Item = &'static str> + Clone) -> String {
    let near = |other: &&str| similar::TextDiff::from_chars(name, *other).ratio();
    let nearest = known.clone().filter(|other| near(other) > 0.6).max_by(|a, b| near(a).total_cmp(&near(b)));
    let hint = nearest.map(|nearest| format!(" (did you mean {nearest}?)")).unwrap_or_default();
    format!("there is none of this name{hint}; there are {}", known.collect::<Vec<_>>().join(", "))
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Chosen;
    use super::Quirk;

    #[test]
    fn quirks_are_named_and_some_have_a_number() {
        assert_eq!("page-offset".parse(), Ok(Chosen(Quirk::PageOffset, 0)));
        assert_eq!("max-limit".parse(), Ok(Chosen(Quirk::MaxLimit, 100)));
        assert_eq!("max-limit=7".parse(), Ok(Chosen(Quirk::MaxLimit, 7)));
        for wrong in ["max-limit=0", "max-limit=x", "page-offset=1", "", "=", "max-limit=99999999999999999999"] {
            assert!(wrong.parse::<Chosen>().is_err(), "{wrong}");
        }
        let error = "page-ofset".parse::<Chosen>().unwrap_err();
        assert!(error.contains("did you mean page-offset?") && error.contains("null-limits"), "{error}");
    }

    #[test]
    fn every_quirk_says_what_it_does_in_one_sentence() {
        for quirk in Quirk::ALL {
            let says = quirk.says_with_source();
            assert!(says.ends_with(").") && says.matches('(').count() == 1, "{quirk}: {says}");
            assert!(quirk.says().len() < 130 && !quirk.says().contains('('), "{quirk}: {}", quirk.says());
        }
    }
}
