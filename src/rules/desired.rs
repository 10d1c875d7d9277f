//! Turns checked manifests into [`Desired`]: names become references, fields become desired fields.

use crate::diagnostic::Place;
use crate::manifest::Manifest;
use crate::manifest::Spec;
use crate::manifest::api_key::ApiKeySpec;
use crate::manifest::api_key::ApiKeyState;
use crate::manifest::application::ApplicationSpec;
use crate::manifest::ends::Ends;
use crate::manifest::package_key::DeliverSpec;
use crate::manifest::package_key::DeliverTo;
use crate::manifest::package_key::Minter;
use crate::manifest::package_key::PackageKeySpec;
use crate::manifest::package_key::RotationSpec;
use crate::manifest::package_key::SecretFrom;
use crate::manifest::read::Spanned;
use crate::model::Address;
use crate::model::Declared;
use crate::model::Deliverable;
use crate::model::Delivery;
use crate::model::Desired;
use crate::model::DesiredField;
use crate::model::ExistingKey;
use crate::model::Generated;
use crate::model::KeySource;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::Presence;
use crate::model::Rotation;
use crate::model::Secret;
use crate::model::SecretSource;
use crate::model::Value;
use crate::model::desired::DeclaredKey;
use crate::model::desired::Reference;
use crate::model::desired::SecretOrigin;
use crate::model::own_prefix;
use rayon::prelude::*;

/// Resolves manifests without errors.
pub(super) fn resolve(manifests: Vec<Manifest>) -> Desired {
    let objects = manifests.into_par_iter().flat_map_iter(|manifest| objects_of(&manifest));
    let objects = objects.map(|mut object| {
        object.fields.shrink_to_fit();
        (object.address.clone(), object)
    });
    let mut objects: Vec<(Address, Declared)> = objects.collect();
    // A map is built much faster from sorted objects.
    objects.par_sort_unstable_by(|a, b| a.0.cmp(&b.0));
    let (removed, present): (Vec<_>, Vec<_>) =
        objects.into_iter().partition(|(_, object)| object.presence == Presence::Removed);
    let removed = (!removed.is_empty()).then(|| Box::new(of_objects(removed)));
    Desired { removed, ..of_objects(present) }
}

fn of_objects(objects: Vec<(Address, Declared)>) -> Desired {
    let mut desired = Desired { objects: objects.into_iter().collect(), removed: None };
    former_prefixes(&mut desired);
    desired
}

/// Adds the prefixes that keys of `Application.spec.packages` had while their application or package had another name.
fn former_prefixes(desired: &mut Desired) {
    let names = |address: &Address| {
        let former = desired.get(address).into_iter().flat_map(|object| &object.previously);
        std::iter::once(address.name()).chain(former.map(|former| former.address.name())).collect::<Vec<_>>()
    };
    let prefixes = |object: &Declared| {
        let (application, key) = (object.parent.as_ref()?, object.key.as_ref()?);
        let (user, packages) = (application.address.first_name(), names(&key.package.address));
        let applications = names(&application.address);
        let pairs = applications.iter().flat_map(|app| packages.iter().map(move |package| (app, package)));
        let of = |(app, package): (&String, &String)| {
            own_prefix(&Address::key_of_application(&user, app, package).to_string())
        };
        // The first one is the present one.
        let former: Vec<Box<str>> = pairs.skip(1).map(of).collect();
        (!former.is_empty()).then(|| (object.address.clone(), former))
    };
    let of_applications = desired.of(Kind::PackageKey).filter(|object| object.address.names().len() == 3);
    let found: Vec<_> = of_applications.filter_map(prefixes).collect();
    for (address, former) in found {
        let key = desired.objects.get_mut(&address).and_then(|object| object.key.as_mut());
        if let Some(KeySource::Generate(generated)) = key.map(|key| &mut key.source) {
            generated.former = former;
        }
    }
}

fn objects_of(manifest: &Manifest) -> Vec<Declared> {
    let Some(mut object) = base(manifest) else { return Vec::new() };
    match &manifest.spec {
        Spec::User(spec) => spec.desired_fields(&mut object.fields),
        Spec::Package(spec) => spec.desired_fields(&mut object.fields),
        Spec::Plan(spec) => {
            object.parent = spec.package.as_ref().map(|package| refer(Address::package(&package.value), package.place));
            spec.desired_fields(&mut object.fields);
        }
        Spec::Application(spec) => {
            let owner = spec.user.as_ref().map(|user| refer(Address::user(&user.value), user.place));
            let keys = spec.packages.iter().flat_map(|uses| &uses.value);
            let keys: Vec<_> = keys.filter_map(|entry| key_of_use(manifest, spec, entry.place, &entry.value)).collect();
            object.parent = owner;
            spec.desired_fields(&mut object.fields);
            return std::iter::once(object).chain(keys).collect();
        }
        Spec::PackageKey(spec) => return key(object, spec).into_iter().collect(),
        Spec::ApiKey(spec) => api_key(&mut object, spec),
    }
    vec![object]
}

fn base(manifest: &Manifest) -> Option<Declared> {
    let previously = super::name::duplicates::former_addresses(manifest);
    Some(Declared {
        address: super::name::duplicates::address_of(manifest)?,
        place: manifest.name_place(),
        name: manifest.name().into(),
        parent: None,
        previously: previously.into_iter().map(|(address, place)| Reference { address, place }).collect(),
        protect: manifest.metadata.protect.as_ref().is_some_and(|protect| protect.value),
        fields: Vec::new(),
        key: None,
        presence: presence(manifest),
    })
}

fn presence(manifest: &Manifest) -> Presence {
    if manifest.is_removed() { Presence::Removed } else { Presence::Present }
}

const fn refer(address: Address, place: Place) -> Reference {
    Reference { address, place }
}

/// The generated key that an entry of `Application.spec.packages` declares.
fn key_of_use(
    manifest: &Manifest,
    spec: &ApplicationSpec,
    place: Place,
    entry: &crate::manifest::application::PackageUse,
) -> Option<Declared> {
    let (user, package, plan) = (spec.user.as_ref()?, entry.package.as_ref()?, entry.plan.as_ref()?);
    let address = Address::key_of_application(&user.value, manifest.name(), &package.value);
    let key = DeclaredKey {
        package: refer(Address::package(&package.value), package.place),
        plan: refer(Address::plan(&package.value, &plan.value), plan.place),
        source: KeySource::Generate(Generated {
            prefix: own_prefix(&address.to_string()),
            former: Vec::new(),
            by_store: false,
            has_checksum: false,
            first: None,
            place,
        }),
        secret: None,
        rotation: None,
        ends_after: None,
        deliver: deliveries(entry.deliver.as_ref()),
    };
    Some(Declared {
        address,
        place,
        name: "".into(),
        parent: Some(refer(Address::application(&user.value, manifest.name()), manifest.name_place())),
        previously: Vec::new(),
        protect: manifest.metadata.protect.as_ref().is_some_and(|protect| protect.value),
        fields: vec![DesiredField { field: "plan".into(), value: Value::Text(plan.value.clone()), place: plan.place }],
        key: Some(Box::new(key)),
        presence: presence(manifest),
    })
}

fn key(mut object: Declared, spec: &PackageKeySpec) -> Option<Declared> {
    let (user, application) = (spec.user.as_ref()?, spec.application.as_ref()?);
    let (package, plan) = (spec.package.as_ref()?, spec.plan.as_ref()?);
    object.name = "".into();
    object.parent = Some(refer(Address::application(&user.value, &application.value), application.place));
    object.fields.push(DesiredField {
        field: "plan".into(),
        value: Value::Text(plan.value.clone()),
        place: plan.place,
    });
    spec.desired_fields(&mut object.fields);
    let source = source(spec, &object)?;
    object.previously = Vec::new();
    object.key = Some(Box::new(DeclaredKey {
        package: refer(Address::package(&package.value), package.place),
        plan: refer(Address::plan(&package.value, &plan.value), plan.place),
        source,
        secret: spec.secret.as_ref().and_then(secret_source),
        rotation: spec.rotation.as_ref().and_then(|rotation| rotation_of(&rotation.value)),
        ends_after: spec.expires.as_ref().and_then(|expires| match &expires.value {
            Ends::On(_) => None,
            Ends::After(age) => Some(age.value.0),
        }),
        deliver: deliveries(spec.deliver.as_ref()),
    }));
    Some(object)
}

fn source(spec: &PackageKeySpec, object: &Declared) -> Option<KeySource> {
    let key = spec.key.as_ref()?;
    if let Some(custom) = &key.value.custom {
        return secret_source(custom).map(KeySource::Custom);
    }
    let existing = key.value.existing.as_ref();
    let existing = existing.map(|id| ExistingKey { id: LiveId::new(id.value.clone()), place: id.place });
    let Some(generate) = &key.value.generate else { return existing.map(KeySource::Existing) };
    let by_store = generate.value.by.as_ref().is_some_and(|by| by.value == Minter::Store);
    let declared = generate.value.prefix.as_ref();
    let prefix = match declared.filter(|prefix| !prefix.value.is_empty()) {
        Some(prefix) => prefix.value.clone(),
        None if by_store => "".into(),
        None => own_prefix(&object.address.to_string()),
    };
    let place = declared.map_or(key.place, |prefix| prefix.place);
    let former = object.previously.iter().map(|former| own_prefix(&former.address.to_string())).collect();
    let has_checksum = generate.value.checksum.as_ref().is_some_and(|checksum| checksum.value);
    Some(KeySource::Generate(Generated { prefix, former, by_store, has_checksum, first: existing, place }))
}

/// The source of a secret. The rules have checked that there is exactly one.
pub(super) fn secret_source(from: &Spanned<SecretFrom>) -> Option<SecretSource> {
    let secret = &from.value;
    let (origin, place) = if let Some(env) = &secret.env {
        (SecretOrigin::Env(env.value.clone()), env.place)
    } else if let Some(file) = &secret.file {
        (SecretOrigin::File(file.value.clone()), file.place)
    } else if let Some(command) = &secret.command {
        let words = command.value.iter().map(|word| word.value.clone()).collect();
        (SecretOrigin::Command(words), command.place)
    } else {
        let value = secret.value.as_ref()?;
        (SecretOrigin::Literal(Secret::new(value.value.clone())), value.place)
    };
    Some(SecretSource { origin, place })
}

fn rotation_of(spec: &RotationSpec) -> Option<Rotation> {
    let seconds =
        |duration: &Option<Spanned<crate::manifest::scalar::Duration>>| duration.as_ref().map_or(0, |d| d.value.0);
    spec.every.as_ref()?;
    Some(Rotation {
        every: seconds(&spec.every),
        overlap: seconds(&spec.overlap),
        grace: seconds(&spec.grace),
        since: spec.since.as_ref().map(|since| since.value.0),
    })
}

fn deliveries(deliver: Option<&Spanned<DeliverSpec>>) -> Vec<Delivery> {
    let targets = deliver.into_iter().flat_map(|deliver| deliver.value.files());
    targets
        .filter_map(|target| {
            let DeliverTo { file, to, path, variable, secret } = &target.value;
            let file = if to.is_some() { path } else { file };
            let (file, variable) = (file.as_ref()?.value.clone(), variable.as_ref()?.value.clone());
            let is_secret = secret.as_ref().is_some_and(|secret| secret.value);
            let what = if is_secret { Deliverable::SharedSecret } else { Deliverable::Key };
            Some(Delivery { sink: to.as_ref().map(|to| to.value.clone()), file, variable, what })
        })
        .collect()
}

fn api_key(object: &mut Declared, spec: &ApiKeySpec) {
    if object.presence == Presence::Removed {
        return;
    }
    let state = spec.state.as_ref().map_or(ApiKeyState::Present, |state| state.value);
    if state == ApiKeyState::Absent {
        object.presence = Presence::Absent;
        return;
    }
    let (enabled, place) = match (&spec.enabled, &spec.state) {
        (Some(enabled), _) => (enabled.value, enabled.place),
        (None, Some(state)) => (false, state.place),
        (None, None) => (false, object.place),
    };
    object.fields.push(DesiredField { field: "enabled".into(), value: Value::Bool(enabled), place });
    spec.desired_fields(&mut object.fields);
    for (field, flag) in [("allowedApis", &spec.all_apis), ("allowedOrgs", &spec.all_orgs)] {
        if let Some(flag) = flag.as_ref().filter(|flag| flag.value)
            && object.field(field).is_none()
        {
            object.fields.push(DesiredField { field: field.into(), value: Value::set::<&str>([]), place: flag.place });
        }
    }
}
