//! A world as YAML, in any of the many equivalent forms: files, order of documents and fields, quoting.

use keywright::model::Value;
use keywright::model::services::SERVICES;
use keywright::model::services::ServiceItem;
use keywright::model::services::items_of;

use super::world::Application;
use super::world::Key;
use super::world::Object;
use super::world::Source;
use super::world::World;

/// How to write a world. A plain layout keeps every order and quotes every text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    state: u64,
    shuffles: bool,
}

impl Layout {
    pub(super) const fn plain() -> Self {
        Self { state: 0, shuffles: false }
    }

    pub(super) const fn shuffled(seed: u64) -> Self {
        Self { state: seed, shuffles: true }
    }

    fn below(&mut self, bound: usize) -> usize {
        if !self.shuffles {
            return 0;
        }
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        usize::try_from((mixed ^ (mixed >> 27)) >> 33).expect("31 bits fit") % bound
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        if self.shuffles {
            for at in (1..items.len()).rev() {
                items.swap(at, self.below(at + 1));
            }
        }
    }
}

/// A tree of YAML.
enum Yaml {
    Value(Value),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

fn text(text: &str) -> Yaml {
    Yaml::Value(Value::text(text))
}

fn map(pairs: Vec<(&str, Yaml)>) -> Yaml {
    Yaml::Map(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
}

/// The files of a world: their names and texts.
pub(super) fn render(world: &World, layout: &mut Layout) -> Vec<(String, String)> {
    let mut documents: Vec<Yaml> = Vec::new();
    documents.extend(world.users.iter().map(|user| document("User", user, Vec::new())));
    documents.extend(world.packages.iter().map(|package| document("Package", package, Vec::new())));
    for plan in &world.plans {
        let package = world.package(plan.parent).map_or("", |package| &package.name);
        documents.push(document("Plan", plan, vec![("package", text(package))]));
    }
    documents.extend(world.applications.iter().map(|application| of_application(world, application)));
    documents.extend(world.keys.iter().map(|key| of_key(world, key)));
    documents.extend(world.api_keys.iter().map(of_api_key));
    layout.shuffle(&mut documents);
    let count = 1 + layout.below(4);
    let mut files: Vec<String> = vec![String::new(); count];
    for document in documents {
        let file = &mut files[layout.below(count)];
        file.push_str("---\n");
        write(&document, 0, file, layout);
    }
    files.into_iter().enumerate().map(|(number, text)| (format!("file {number}.yaml"), text)).collect()
}

fn document(kind: &str, object: &Object, mut spec: Vec<(&str, Yaml)>) -> Yaml {
    let mut metadata = vec![("name", text(&object.name))];
    if !object.previously.is_empty() {
        metadata.push(("previously", Yaml::List(object.previously.iter().map(|name| text(name)).collect())));
    }
    if object.protect {
        metadata.push(("protect", Yaml::Value(Value::Bool(true))));
    }
    let mut nested: Vec<(String, Yaml)> = Vec::new();
    for (field, value) in &object.fields {
        let value = if field == SERVICES { services(value) } else { Yaml::Value(value.clone()) };
        nest(field, value, &mut nested);
    }
    let mut pairs: Vec<(String, Yaml)> = spec.drain(..).map(|(key, value)| (key.to_owned(), value)).collect();
    pairs.extend(nested);
    map(vec![
        ("apiVersion", text("keywright.dev/v1")),
        ("kind", text(kind)),
        ("metadata", map(metadata)),
        ("spec", Yaml::Map(pairs)),
    ])
}

/// A mapping for each service.
fn services(value: &Value) -> Yaml {
    let items = items_of(Some(value));
    let services = items.iter().filter(|item| matches!(item, ServiceItem::Service(_)));
    let entry = |item: &ServiceItem| {
        let endpoints =
            items.iter().filter(|other| other.service() == item.service()).filter_map(|other| match other {
                ServiceItem::Endpoint(_, endpoint) => Some(text(endpoint)),
                ServiceItem::Service(_) | ServiceItem::All(_) => None,
            });
        let is_all = items.contains(&ServiceItem::All(item.service().to_owned()));
        let endpoints = if is_all { text("all") } else { Yaml::List(endpoints.collect()) };
        map(vec![("service", text(item.service())), ("endpoints", endpoints)])
    };
    Yaml::List(services.map(entry).collect())
}

/// Puts `a.b` below `a`. A plan without a limit has its own field for that.
fn nest(field: &str, value: Yaml, into: &mut Vec<(String, Yaml)>) {
    let Some((outer, inner)) = field.split_once('.') else { return into.push((field.to_owned(), value)) };
    let is_unlimited = matches!(&value, Yaml::Value(value) if value.as_text() == Some("unlimited"));
    let (inner, value) = if is_unlimited && matches!(field, "throttle.perSecond" | "quota.calls") {
        ("unlimited", Yaml::Value(Value::Bool(true)))
    } else {
        (inner, value)
    };
    match into.iter_mut().find(|(key, _)| key == outer) {
        Some((_, Yaml::Map(pairs))) => pairs.push((inner.to_owned(), value)),
        _ => into.push((outer.to_owned(), map(vec![(inner, value)]))),
    }
}

fn of_application(world: &World, application: &Application) -> Yaml {
    let object = &application.object;
    let mut spec = vec![("user", text(world.user(object.parent).map_or("", |user| &user.name)))];
    let uses = application.uses.iter().filter_map(|id| world.plan(*id)).map(|plan| {
        let package = world.package(plan.parent).map_or("", |package| &package.name);
        map(vec![("package", text(package)), ("plan", text(&plan.name))])
    });
    let uses: Vec<Yaml> = uses.collect();
    if !uses.is_empty() {
        spec.push(("packages", Yaml::List(uses)));
    }
    document("Application", object, spec)
}

fn of_key(world: &World, key: &Key) -> Yaml {
    let application = world.application(key.object.parent);
    let user = application.and_then(|application| world.user(application.parent));
    let plan = world.plan(key.plan);
    let package = plan.and_then(|plan| world.package(plan.parent));
    let name = |object: Option<&Object>| text(object.map_or("", |object| &object.name));
    let source = match &key.source {
        Source::Generated { prefix, by_store } => {
            let mut generate = Vec::new();
            if !prefix.is_empty() {
                generate.push(("prefix", text(prefix)));
            }
            if *by_store {
                generate.push(("by", text("store")));
            }
            map(vec![("generate", map(generate))])
        }
        Source::Literal(value) => map(vec![("custom", map(vec![("value", text(value))]))]),
        Source::Environment(variable) => map(vec![("custom", map(vec![("env", text(variable))]))]),
    };
    let mut spec = vec![
        ("user", name(user)),
        ("application", name(application)),
        ("package", name(package)),
        ("plan", name(plan)),
        ("key", source),
    ];
    if !key.deliver.is_empty() {
        let targets =
            key.deliver.iter().map(|(file, variable)| map(vec![("file", text(file)), ("as", text(variable))]));
        spec.push(("deliver", Yaml::List(targets.collect())));
    }
    document("PackageKey", &key.object, spec)
}

/// An empty list is written as its meaning.
fn of_api_key(key: &Object) -> Yaml {
    let mut key = key.clone();
    let mut spec = Vec::new();
    for (list, all) in [("allowedApis", "allApis"), ("allowedOrgs", "allOrgs")] {
        if key.fields.get(list).is_none_or(Value::is_empty) {
            key.fields.remove(list);
            spec.push((all, Yaml::Value(Value::Bool(true))));
        }
    }
    document("ApiKey", &key, spec)
}

fn write(yaml: &Yaml, indent: usize, out: &mut String, layout: &mut Layout) {
    match yaml {
        Yaml::Map(pairs) if !pairs.is_empty() => {
            let mut pairs: Vec<&(String, Yaml)> = pairs.iter().collect();
            layout.shuffle(&mut pairs);
            for (key, value) in pairs {
                out.extend([" ".repeat(indent), scalar(key, layout), ":".to_owned()]);
                if matches!(value, Yaml::Map(pairs) if !pairs.is_empty()) && layout.below(3) < 2 {
                    out.push('\n');
                    write(value, indent + 2, out, layout);
                } else {
                    out.extend([" ", &flow(value, layout), "\n"]);
                }
            }
        }
        other => out.extend([" ".repeat(indent), flow(other, layout), "\n".to_owned()]),
    }
}

fn flow(yaml: &Yaml, layout: &mut Layout) -> String {
    match yaml {
        Yaml::Value(Value::Text(text)) => scalar(text, layout),
        Yaml::Value(Value::Set(items)) => {
            let mut items: Vec<String> = items.iter().map(|item| scalar(item, layout)).collect();
            layout.shuffle(&mut items);
            format!("[{}]", items.join(", "))
        }
        Yaml::Value(other) => other.to_string(),
        // The order of these lists could have a meaning, so it is kept.
        Yaml::List(items) => {
            let items: Vec<String> = items.iter().map(|item| flow(item, layout)).collect();
            format!("[{}]", items.join(", "))
        }
        Yaml::Map(pairs) => {
            let mut pairs: Vec<String> =
                pairs.iter().map(|(key, value)| format!("{}: {}", scalar(key, layout), flow(value, layout))).collect();
            layout.shuffle(&mut pairs);
            format!("{{{}}}", pairs.join(", "))
        }
    }
}

/// A text in one of YAML's forms. JSON's form works for every text.
fn scalar(text: &str, layout: &mut Layout) -> String {
    let is_word = text.len() > 1 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_reserved = matches!(text, "true" | "false" | "null");
    let is_visible = !text.is_empty() && !text.chars().any(char::is_control);
    match layout.below(3) {
        1 if is_visible => format!("'{}'", text.replace('\'', "''")),
        2 if is_word && !is_reserved => text.to_owned(),
        _ => serde_json::to_string(text).expect("every text is JSON"),
    }
}
