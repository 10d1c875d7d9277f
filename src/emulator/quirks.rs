//! Behavior that was reported of the services, or that their documentation leaves open: sections 6 and 8 of the
//! reference of Cloud API Management, and section 6 of the one of MFT, for the names with `mft-`. Each is off by
//! default, so a client can be tested against every reading.

mod chosen;

use std::collections::BTreeMap;
use std::fmt;

pub use self::chosen::Chosen;
pub(super) use self::chosen::unknown;

/// The argument of a quirk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    Nothing,
    /// A number, with its default.
    Number(u64),
    /// One of these words, including the one for "as without the quirk".
    OneOf(&'static [&'static str]),
    /// Some of these words, separated by commas.
    Some(&'static [&'static str]),
}

macro_rules! quirks {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $([$takes:expr])?,)+) => {
        /// One deviation from the default behavior.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
        pub enum Quirk {
            $($(#[doc = $doc])+ $variant,)+
        }

        impl Quirk {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// Its effect in one sentence.
            pub fn description(self) -> &'static str {
                let whole = self.description_with_source();
                whole.rsplit_once(" (").map_or(whole, |(text, _)| text).trim()
            }

            /// The same with its source in the reference.
            const fn description_with_source(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+),)+ }
            }

            pub const fn takes(self) -> Takes {
                match self { $(Self::$variant => quirks!(@takes $($takes)?),)+ }
            }
        }
    };
    (@takes $takes:expr) => { $takes };
    (@takes) => { Takes::Nothing };
}

quirks! {
    /// The next N requests that name a new object, in their path or as a key's plan, answer 400 (Q1, 8.17).
    LateVisibility = "late-visibility" [Takes::Number(2)],
    /// A new object is missing from the next N lists of its kind (Q1).
    LateLists = "late-lists" [Takes::Number(1)],
    /// Validation errors name no property and look like those of late visibility (Q2).
    BareErrors = "bare-errors",
    /// Answers contain custom attributes even if `fields` does not request them (Q5).
    CustomWithFields = "custom-attributes-with-fields",
    /// The status sent for a new key is ignored; the key starts as waiting (Q6, 8.4).
    StatusIgnored = "status-ignored-on-create",
    /// Deleted keys still count against a plan's maximum; above it a new key starts as waiting (Q7).
    DeletedKeysCount = "deleted-keys-count",
    /// A key without its own limits has null for them instead of 0 (Q8).
    NullLimits = "null-limits",
    /// The ids of mail template sets are numbers where possible (Q12).
    NumericTemplateIds = "numeric-template-ids",
    /// `limits` has an entry for an unlimited dimension too, with the ceiling 0; one client demands exactly two (section 1.6).
    UnlimitedInLimits = "unlimited-in-limits",
    /// The list of users contains the platform's own user MasheryInternalOAuth2 (Q16).
    InternalMember = "internal-member",
    /// Users whose names begin with `platform.` belong to the Boomi platform: their status does not change, and they cannot be deleted (C10).
    PlatformUser = "platform-user",
    /// Saving a text removes spaces at its ends (Q17).
    TrimmedTexts = "trimmed-texts",
    /// Disabling a user removes the user's keys instead of disabling them (8.1).
    DisableRemovesKeys = "disable-removes-keys",
    /// `offset` counts pages instead of objects (8.2).
    PageOffset = "page-offset",
    /// A page has at most N objects, whatever `limit` says (8.3).
    MaxLimit = "max-limit" [Takes::Number(100)],
    /// A key cannot be created without `secret` (8.5).
    SecretRequired = "secret-required",
    /// A change of a user's `email` is ignored instead of refused (8.6).
    EmailIgnored = "email-ignored",
    /// A change of a user's `displayName` is ignored (8.6).
    DisplayNameIgnored = "display-name-ignored",
    /// Changes of a user's profile (everything except status, roles and names) are ignored (section 1.2).
    ProfileCreateOnly = "profile-create-only",
    /// Usernames, names and key values that differ only in case count as equal (8.7).
    CaseFolding = "case-folding",
    /// A key value is unique in the area, not only in its package (8.8).
    GlobalKeyValues = "global-key-values",
    /// A value cannot be used by two applications whose plans share a service, even in different packages (C1).
    SharedServiceValues = "shared-service-values",
    /// Packages, plans and applications can have the name of another one (sections 1.3 and 1.4).
    DuplicateNames = "duplicate-names",
    /// An empty `status` or `areaStatus` is refused instead of ignored (section 3).
    EmptyStatusRefused = "empty-status-refused",
    /// An application with keys cannot be deleted; without the quirk its keys are deleted too (C2).
    ApplicationKeepsKeys = "application-with-keys-refused",
    /// Deleting an object also deletes its children (8.9).
    CascadingDeletes = "cascading-deletes",
    /// `expires` is returned as midnight in a zone that is N hours ahead of UTC (8.10).
    ExpiresWithTime = "expires-with-time" [Takes::Number(0)],
    /// Null does not clear `expires` (8.10).
    ExpiresKeepsOnNull = "expires-keeps-on-null",
    /// An empty text does not clear `expires` (8.10).
    ExpiresKeepsOnEmpty = "expires-keeps-on-empty",
    /// A key that changes its plan loses its limits (8.11).
    PlanChangeResetsLimits = "plan-change-resets-limits",
    /// A key that changes its plan loses its expiry date (8.11).
    PlanChangeResetsExpiry = "plan-change-resets-expiry",
    /// No key can be created for an inactive plan (8.11).
    InactivePlanRefuses = "inactive-plan-refuses",
    /// A user cannot have more keys in a plan than `maxNumKeysAllowed` (8.12).
    MaximumEnforced = "maximum-enforced",
    /// A plan cannot have more keys than `maxNumKeysAllowed`, those of all users together (C6).
    PlanMaximumEnforced = "plan-maximum-enforced",
    /// Beyond `numKeysBeforeReview`, new keys of a moderated plan start as waiting (8.12).
    ReviewEnforced = "review-enforced",
    /// Writes ignore a plan's `selfServiceKeyProvisioningEnabled` (8.14).
    SelfServiceIgnored = "self-service-ignored",
    /// Plans that count by month are returned as counting by week (8.15).
    WeeklyQuotas = "weekly-quotas",
    /// `errorCode` is a text (8.16).
    TextErrorCode = "text-error-code",
    /// An expired key is returned as disabled (8.19).
    ExpiredKeysDisabled = "expired-keys-disabled",
    /// `*` in `fields` is refused (8.21).
    NoStar = "no-star",
    /// Paths with dots in `fields` are refused (8.21).
    NoNestedFields = "no-nested-fields",
    /// Of several terms in `filter`, one is enough (section 4.4).
    FilterAny = "filter-any",
    /// The `created` of packages is null (C20).
    NullCreated = "null-created",
    /// The plans inside packages have only their default properties, whatever `fields` names (C17).
    PlainNestedPlans = "plain-nested-plans",
    /// Packages are returned without the plans inside them (C17).
    NoNestedPlans = "no-nested-plans",
    /// Only the first N plans inside a package are returned (C17).
    FewNestedPlans = "few-nested-plans" [Takes::Number(10)],
    /// Lists without `sort` have a different order each time (section 4.4).
    UnstableOrder = "unstable-order",
    /// Lists have no X-Total-Count (section 4.4).
    NoTotal = "no-total",
    /// A trigger refuses to save users, applications and keys whose body contains the word veto (R13).
    TriggerVetoes = "trigger-vetoes",
    /// A trigger changes what is saved: `notes` of applications, `company` of users, `status` of new keys (R13).
    TriggerAlters = "trigger-alters",
    /// The answer to a write repeats what was sent, whatever the API or a trigger changed (R13).
    AnswersRepeat = "answers-repeat",
    /// The area requires the custom attribute `costCentre` for every new user (section 1.2).
    MandatoryAttribute = "mandatory-attribute",

    /// An id is also a credential while its key is enabled, not deleted and not expired (MFT 2.3, H1).
    MftIdIsSecret = "mft-id-is-secret",
    /// A create returns the key's value as `id`, which is a credential; other answers have another id (MFT 2.3, H2).
    MftSecretOnCreateOnly = "mft-secret-on-create-only",
    /// The list contains deleted keys; mft-delete creates them (MFT 2.6, Q18).
    MftListIncludesDeleted = "mft-list-includes-deleted",
    /// Lists in texts are returned in this style, instead of as sent (MFT 2.4, Q7).
    MftListSeparator = "mft-list-separator" [Takes::OneOf(&["comma", "comma-space", "semicolon", "pipe", "json"])],
    /// What an empty `allowedOrgs` or `allowedApis` means: all (the default), none, or returned as null (MFT 2.4, Q8).
    MftEmptyOrgsMeans = "mft-empty-orgs-means" [Takes::OneOf(&["all", "none", "null"])],
    /// What an update does with omitted properties: clear them (replace, the default) or keep them (MFT Q10).
    MftUpdateMode = "mft-update-mode" [Takes::OneOf(&["replace", "merge"])],
    /// An update that omits `enabled` disables the key; without the quirk it stays as it is (MFT 0.5, Q11).
    MftOmittedBoolFalse = "mft-omitted-bool-false",
    /// Updates answer 200 and ignore these properties (MFT Q13).
    MftIgnoreFieldsOnUpdate = "mft-ignore-fields-on-update" [Takes::Some(&["enabled", "keyName", "allowedApis", "allowedOrgs", "expirationDate"])],
    /// Whether an update can remove a key's expiry date; no: null is ignored (MFT 2.5, Q14).
    MftExpiryClearable = "mft-expiry-clearable" [Takes::OneOf(&["yes", "no"])],
    /// Whether a user can have several keys with one name: allow, or refuse with 400 (the default) (MFT 0.7, Q17).
    MftDuplicateNames = "mft-duplicate-names" [Takes::OneOf(&["refuse", "allow"])],
    /// The content of `name`: the keyName (alias, the default), null, or the owner (MFT 2.2).
    MftNameMode = "mft-name-mode" [Takes::OneOf(&["alias", "null", "owner"])],
    /// The format of instants: with Z (the default), without offset, or with seven fraction digits (MFT 1.5).
    MftDateFormat = "mft-date-format" [Takes::OneOf(&["z", "no-offset", "seven-digits"])],
    /// The Content-Type of successful JSON answers (MFT 1.5).
    MftResponseContentType = "mft-response-content-type" [Takes::OneOf(&["application/json", "text/plain"])],
    /// An unknown path answers 200 with a web page (MFT 1.5).
    MftHtmlOnUnknownPath = "mft-html-on-unknown-path",
    /// The body of all errors; without the quirk, 401 and 403 have none and others are a problem (MFT 1.5, Q24).
    MftErrorShape = "mft-error-shape" [Takes::OneOf(&["empty", "problem", "string", "message", "status"])],
    /// The first N creates succeed but answer 500 (MFT 3.5, Q28).
    MftCreateThen500 = "mft-create-then-500" [Takes::Number(1)],
    /// The first create succeeds without an answer; the connection closes after N seconds (MFT 3.5, Q28).
    MftCreateThenTimeout = "mft-create-then-timeout" [Takes::Number(60)],
    /// The answer to a get or update of another user's key; 404 by default (MFT 1.5).
    MftStatusForForeignKey = "mft-status-for-foreign-key" [Takes::OneOf(&["403", "404"])],
    /// Whether users see and change only their own keys, as documented (MFT 0.2, Q23).
    MftPerUserScope = "mft-per-user-scope" [Takes::OneOf(&["yes", "no"])],
    /// There is an undocumented DELETE, which marks a key as deleted (MFT 2.6, Q27).
    MftDelete = "mft-delete",
    /// The answer to a get of a key that does not exist; 404 by default (MFT 1.5).
    MftMissingKey = "mft-missing-key" [Takes::OneOf(&["404", "null", "empty"])],
    /// The list is an object with the array inside (MFT Q19).
    MftWrappedList = "mft-wrapped-list",
    /// A user can have at most N keys that are not deleted (MFT Q21).
    MftMaxKeys = "mft-max-keys" [Takes::Number(5)],
    /// Only this form of the credential is accepted; the other answers 401 (MFT 1.4, Q3).
    MftCredentialForm = "mft-credential-form" [Takes::OneOf(&["api-key", "bearer"])],
    /// API keys cannot manage keys: the key operations answer them 403 and accept Bearer tokens (MFT Q22).
    MftUserTokenRequired = "mft-user-token-required",
    /// Unset `expirationDate` and `updatedDate` are 0001-01-01T00:00:00 instead of null (MFT 1.5).
    MftUnsetDates = "mft-unset-dates",
    /// A create with an expiry date in the past is refused (MFT 2.5, Q16).
    MftPastExpiryRefused = "mft-past-expiry-refused",
    /// Each key has a property `label` that is not in the reference; updates must echo it (MFT 1.5, Q10).
    MftUnknownProperty = "mft-unknown-property",
    /// Property names start with a capital letter (MFT 1.5).
    MftPascalCase = "mft-pascal-case",
    /// Updates take `createdDate`, `createdBy`, `deletedDate` and `deletedBy` from the body (MFT 2.6, Q12).
    MftAuditFieldsTaken = "mft-audit-fields-taken",
    /// Creates and updates take `tenantId` from the body; omitted, it is 0 (MFT 0.5, Q29).
    MftTenantTaken = "mft-tenant-taken",
    /// Creates accept any keyName: none, an empty one, one with spaces at its ends (MFT 2.1, Q17).
    MftAnyKeyName = "mft-any-key-name",
    /// Organizations are refused with 403 (MFT 4).
    MftOrganizationsForbidden = "mft-organizations-forbidden",
}

/// The active quirks with their arguments: a number, the position of a word, or a bit for each word.
#[derive(Default, Debug)]
pub struct Quirks(BTreeMap<Quirk, u64>);

impl Quirks {
    pub fn new(chosen: impl IntoIterator<Item = Chosen>) -> Self {
        Self(chosen.into_iter().map(|Chosen(quirk, number)| (quirk, number)).collect())
    }

    pub(super) fn has(&self, quirk: Quirk) -> bool {
        self.0.contains_key(&quirk)
    }

    /// `None` if the quirk is off.
    pub(super) fn number(&self, quirk: Quirk) -> Option<u64> {
        self.0.get(&quirk).copied()
    }

    /// `None` if the quirk is off.
    pub(super) fn word(&self, quirk: Quirk) -> Option<&'static str> {
        let Takes::OneOf(words) = quirk.takes() else { return None };
        words.get(usize::try_from(self.number(quirk)?).ok()?).copied()
    }

    /// Whether the quirk is on with this word.
    pub(super) fn is(&self, quirk: Quirk, word: &str) -> bool {
        self.word(quirk) == Some(word)
    }

    /// Whether the quirk is on and its list contains this word.
    pub(super) fn names(&self, quirk: Quirk, word: &str) -> bool {
        let Takes::Some(words) = quirk.takes() else { return false };
        let bit = words.iter().position(|other| *other == word);
        bit.zip(self.number(quirk)).is_some_and(|(bit, bits)| bits >> bit & 1 == 1)
    }
}

impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}
