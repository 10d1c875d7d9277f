//! Behaviour that was reported of the services, or that their documentation leaves open: sections 6 and 8 of the
//! reference of Cloud API Management, and section 6 of the one of MFT, which the names with `mft-` belong to. Each is off
//! until it is asked for, so that a client can be tried against every reading.

mod chosen;

use std::collections::BTreeMap;
use std::fmt;

pub use self::chosen::Chosen;
pub(super) use self::chosen::unknown;

/// What stands behind the name of a quirk.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Takes {
    Nothing,
    /// A number, and which it is when none is given.
    Number(u64),
    /// One of these words; the one that means «as without the quirk» is among them.
    OneOf(&'static [&'static str]),
    /// Some of these words, with commas between them.
    Some(&'static [&'static str]),
}

macro_rules! quirks {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal $([$takes:expr])?,)+) => {
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
                let whole = self.says_with_source();
                whole.rsplit_once(" (").map_or(whole, |(says, _)| says).trim()
            }

            /// The same with the place in the reference that it comes from.
            const fn says_with_source(self) -> &'static str {
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
    /// The next N requests that name an object that was just created, in their path or as a key's plan, answer 400 (Q1, 8.17).
    LateVisibility = "late-visibility" [Takes::Number(2)],
    /// An object that was just created is missing from the next N lists of its kind (Q1).
    LateLists = "late-lists" [Takes::Number(1)],
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
    MaxLimit = "max-limit" [Takes::Number(100)],
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
    /// The answer to a write repeats what was sent, whatever the API or a trigger made of it (R13).
    AnswersRepeat = "answers-repeat",
    /// The area demands the custom attribute `costCentre` of every new member (section 1.2).
    MandatoryAttribute = "mandatory-attribute",

    /// An id is a credential as well, while its key is enabled, not deleted and not over (MFT 2.3, H1).
    MftIdIsSecret = "mft-id-is-secret",
    /// A create answers with the key's value as `id`, which is a credential; everything else tells another id (MFT 2.3, H2).
    MftSecretOnCreateOnly = "mft-secret-on-create-only",
    /// Keys that were deleted are in the list; mft-delete is how they get so (MFT 2.6, Q18).
    MftListIncludesDeleted = "mft-list-includes-deleted",
    /// Lists in texts are told in this style, instead of as they were sent (MFT 2.4, Q7).
    MftListSeparator = "mft-list-separator" [Takes::OneOf(&["comma", "comma-space", "semicolon", "pipe", "json"])],
    /// What an empty `allowedOrgs` or `allowedApis` means: all (as always), none, or that it is told as null (MFT 2.4, Q8).
    MftEmptyOrgsMeans = "mft-empty-orgs-means" [Takes::OneOf(&["all", "none", "null"])],
    /// What an update does with what it leaves out: clear it (replace, as always) or keep it (MFT Q10).
    MftUpdateMode = "mft-update-mode" [Takes::OneOf(&["replace", "merge"])],
    /// An update that leaves out `enabled` switches the key off; without the quirk it stays as it is (MFT 0.5, Q11).
    MftOmittedBoolFalse = "mft-omitted-bool-false",
    /// Updates answer 200 and ignore these properties, several with commas between them (MFT Q13).
    MftIgnoreFieldsOnUpdate = "mft-ignore-fields-on-update" [Takes::Some(&["enabled", "keyName", "allowedApis", "allowedOrgs", "expirationDate"])],
    /// Whether an update can take a key's end away; no: a null is ignored (MFT 2.5, Q14).
    MftExpiryClearable = "mft-expiry-clearable" [Takes::OneOf(&["yes", "no"])],
    /// Whether a user can have several keys of one name: allow, or refuse with 400 as always (MFT 0.7, Q17).
    MftDuplicateNames = "mft-duplicate-names" [Takes::OneOf(&["refuse", "allow"])],
    /// What `name` tells: the keyName (alias, as always), null, or the owner (MFT 2.2).
    MftNameMode = "mft-name-mode" [Takes::OneOf(&["alias", "null", "owner"])],
    /// How instants are told: with Z (as always), without offset, or with seven digits of a second (MFT 1.5).
    MftDateFormat = "mft-date-format" [Takes::OneOf(&["z", "no-offset", "seven-digits"])],
    /// Which Content-Type the JSON of a success has (MFT 1.5).
    MftResponseContentType = "mft-response-content-type" [Takes::OneOf(&["application/json", "text/plain"])],
    /// A path that is not there answers 200 with a page for people (MFT 1.5).
    MftHtmlOnUnknownPath = "mft-html-on-unknown-path",
    /// The body of all errors; without the quirk 401 and 403 have none and the others are a problem (MFT 1.5, Q24).
    MftErrorShape = "mft-error-shape" [Takes::OneOf(&["empty", "problem", "string", "message", "status"])],
    /// The first N creates are done and answer 500 (MFT 3.5, Q28).
    MftCreateThen500 = "mft-create-then-500" [Takes::Number(1)],
    /// The first create is done and not answered; the connection is closed after N seconds (MFT 3.5, Q28).
    MftCreateThenTimeout = "mft-create-then-timeout" [Takes::Number(60)],
    /// What a get or an update of another user's key answers; 404 as always (MFT 1.5).
    MftStatusForForeignKey = "mft-status-for-foreign-key" [Takes::OneOf(&["403", "404"])],
    /// Whether a user sees and changes only own keys, as is documented (MFT 0.2, Q23).
    MftPerUserScope = "mft-per-user-scope" [Takes::OneOf(&["yes", "no"])],
    /// There is an undocumented DELETE, which marks a key as deleted (MFT 2.6, Q27).
    MftDelete = "mft-delete",
    /// What a get of a key that is not there answers; 404 as always (MFT 1.5).
    MftMissingKey = "mft-missing-key" [Takes::OneOf(&["404", "null", "empty"])],
    /// The list is an object with the array inside (MFT Q19).
    MftWrappedList = "mft-wrapped-list",
    /// A user can have N keys that are not deleted (MFT Q21).
    MftMaxKeys = "mft-max-keys" [Takes::Number(5)],
    /// Only this form of the credential is taken, the other answers 401 (MFT 1.4, Q3).
    MftCredentialForm = "mft-credential-form" [Takes::OneOf(&["api-key", "bearer"])],
    /// API keys can not manage keys: the operations on keys answer them 403, and take Bearer tokens (MFT Q22).
    MftUserTokenRequired = "mft-user-token-required",
    /// `expirationDate` and `updatedDate` are 0001-01-01T00:00:00 where they are not set, instead of null (MFT 1.5).
    MftUnsetDates = "mft-unset-dates",
    /// A create with an end that has passed is refused (MFT 2.5, Q16).
    MftPastExpiryRefused = "mft-past-expiry-refused",
    /// Each key has a property `label` that the reference does not know; updates must echo it (MFT 1.5, Q10).
    MftUnknownProperty = "mft-unknown-property",
    /// Properties begin with a capital (MFT 1.5).
    MftPascalCase = "mft-pascal-case",
    /// Updates take `createdDate`, `createdBy`, `deletedDate` and `deletedBy` from the body (MFT 2.6, Q12).
    MftAuditFieldsTaken = "mft-audit-fields-taken",
    /// Creates and updates take `tenantId` from the body, and left out it is 0 (MFT 0.5, Q29).
    MftTenantTaken = "mft-tenant-taken",
    /// Creates take any keyName: none, an empty one, one with spaces at its ends (MFT 2.1, Q17).
    MftAnyKeyName = "mft-any-key-name",
    /// Organizations are refused with 403 (MFT 4).
    MftOrganizationsForbidden = "mft-organizations-forbidden",
}

/// The quirks that are on, with what stands behind their names: a number, the place of a word, or a bit for each word.
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

    /// The quirk's word, or nothing when it is off.
    pub(super) fn word(&self, quirk: Quirk) -> Option<&'static str> {
        let Takes::OneOf(words) = quirk.takes() else { return None };
        words.get(usize::try_from(self.number(quirk)?).ok()?).copied()
    }

    /// Whether the quirk is on with this word.
    pub(super) fn is(&self, quirk: Quirk, word: &str) -> bool {
        self.word(quirk) == Some(word)
    }

    /// Whether the quirk is on, and this word among those that it was given.
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
