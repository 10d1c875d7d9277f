//! The plans of a snapshot: in the packages' list, which shows all of them in one list, and by a list of its own for each
//! package that it does not show completely (C17).
//!
//! Nobody documents that the packages' list shows every plan with every property, and a plan that it leaves out would be
//! created again. So a package counts as shown only if nothing speaks against it: every plan has every requested property,
//! and the plans that keys and manifests name are among them. A service that shows only the first N plans of each package
//! also shows it: no package has more than N.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use rayon::prelude::*;

use serde_json::Value as Json;

use super::CloudApiManagement;
use super::api::Failure;
use super::fields;
use super::fields::PLANS;
use super::fields::ReferenceStyle;
use super::list;
use super::list::ListRequest;
use super::list::Listing;
use super::path::CollectionPath;
use super::read::ObjectList;
use super::read::merge;
use super::row::Row;
use super::services;
use super::value;
use super::value::Object;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveObject;
use crate::model::services::Services;
use crate::store::Query;
use crate::store::Refusal;

/// Rows of a page of packages with plans, if the service or the client cannot handle longer pages.
const SHORT_PAGE: usize = 50;

/// How many packages are asked whether they have more plans than the most that the list shows.
const PROBES: usize = 3;

/// The packages' list, and the plans that it shows.
pub(super) struct Packages {
    pub(super) listing: Listing,
    pub(super) plans: ShownPlans,
}

/// The plans of each package by the id of the package; without the packages that are not shown completely.
#[derive(Default)]
pub(super) struct ShownPlans(BTreeMap<Box<str>, Vec<Row>>);

impl ShownPlans {
    /// Takes the plans out of the rows of a list.
    fn out_of(listing: &mut Listing, with_services: bool) -> Self {
        let mut shown = Self::default();
        for row in &mut listing.rows {
            let mut package = row.object();
            let plans = package.remove(PLANS);
            *row = Row::of(&package);
            let rows = plans.as_ref().and_then(|plans| complete(plans, with_services));
            if let (Some(rows), Some(id)) = (rows, value::text(&package, "id")) {
                shown.0.insert(id.into(), rows);
            }
        }
        shown
    }

    /// Whether the plans that are shown of a package include all of `ids`.
    fn include(&self, package: &str, ids: &BTreeSet<Box<str>>) -> bool {
        let rows = self.0.get(package).into_iter().flatten();
        let known: BTreeSet<Box<str>> = rows.filter_map(|row| row.identity().id).collect();
        ids.is_subset(&known)
    }

    /// The packages with as many plans as any package has, if the service may show no more than that: limits are round, and
    /// no plan at all is suspicious.
    fn at_the_limit(&self) -> Vec<Box<str>> {
        let most = self.0.values().map(Vec::len).max().unwrap_or(0);
        let may_be_limit = most == 0 || (most >= 10 && most.is_multiple_of(5));
        let full = self.0.iter().filter(|(_, rows)| may_be_limit && rows.len() == most);
        full.map(|(id, _)| id.clone()).collect()
    }

    /// The plans of a package.
    pub(super) fn of(&self, package: &str) -> Option<Listing> {
        self.0.get(package).cloned().map(Listing::of_whole)
    }

    fn take(&mut self, package: &str) -> Option<Listing> {
        self.0.remove(package).map(Listing::of_whole)
    }
}

/// The rows of a package's plans, if all have all properties.
fn complete(plans: &Json, with_services: bool) -> Option<Vec<Row>> {
    let requested = fields::all(Kind::Plan, ReferenceStyle::Ids);
    let row = |plan: &Json| {
        let has_all = |plan: &&Object| requested.split(',').all(|name| plan.contains_key(name));
        let plan = plan.as_object().filter(has_all).filter(|plan| !with_services || services::are_in(plan))?;
        Some(Row::of(plan))
    };
    plans.as_array()?.iter().map(row).collect()
}

impl CloudApiManagement {
    /// The services of the area come first: without them, those of plans are not asked for.
    pub(super) async fn packages_and_services(
        &self,
        query: &Query,
    ) -> Result<(Packages, Option<Box<Services>>), Refusal> {
        let services = self.services(query).await?;
        Ok((self.packages().await?, services))
    }

    /// The whole list of packages, with their plans if the service shows them.
    pub(super) async fn packages(&self) -> Result<Packages, Refusal> {
        let path = CollectionPath::packages();
        while let Some(page_size) = self.index.page_with_plans() {
            let request = ListRequest { path: &path, fields: self.index.fields_with_plans(), filter: None, page_size };
            match self.packages_in(&request).await {
                Ok(packages) => return Ok(packages),
                Err(Failure::Unusable(_)) => {
                    self.index.learn_page_with_plans(Some(SHORT_PAGE).filter(|_| page_size > SHORT_PAGE));
                }
                Err(Failure::Invalid { .. }) => self.index.learn_page_with_plans(None),
                Err(failure) => return Err(failure.into()),
            }
        }
        // What is wrong with the list without plans is reported.
        let first = self.first(&path, Kind::Package).await?;
        let listing = self.rest(&path, Kind::Package, first).await?;
        Ok(Packages { listing, plans: ShownPlans::default() })
    }

    async fn packages_in(&self, request: &ListRequest<'_>) -> Result<Packages, Failure> {
        let first = list::first(&self.api, request).await?;
        self.learn_list(Kind::Package, &first, request.page_size);
        let with_services = self.index.nests_services();
        let shows_any = |row: &Object| row.get(PLANS).and_then(|plans| complete(plans, with_services)).is_some();
        let shows_plans = first.is_empty() || first.has(shows_any);
        let plain = ListRequest { fields: self.index.fields(Kind::Package), filter: None, ..*request };
        if !shows_plans {
            self.index.learn_page_with_plans(None);
        }
        let request = if shows_plans { request } else { &plain };
        let mut listing = list::rest(&self.api, request, first).await?;
        if !listing.is_whole() {
            // The area may have changed in the meantime.
            listing = list::again(&self.api, request).await?;
        }
        let plans = ShownPlans::out_of(&mut listing, with_services);
        if plans.0.is_empty() && !listing.rows.is_empty() {
            self.index.learn_page_with_plans(None);
        }
        Ok(Packages { listing, plans })
    }

    /// The plans of the packages that are wanted or have a key.
    pub(super) async fn plans(
        &self,
        packages: &ObjectList,
        mut shown: ShownPlans,
        keys: &[(Option<Address>, Listing)],
        query: &Query,
    ) -> Result<ObjectList, Refusal> {
        let (used, declared) = (plans_of_keys(keys), declared(query));
        let is_needed = |package: &&LiveObject| {
            let is_wanted = query.only.as_ref().is_none_or(|wanted| wanted.packages.contains(&package.name));
            is_wanted || used.contains_key(package.id.expose())
        };
        let needed: Vec<&LiveObject> = packages.objects.iter().filter(is_needed).collect();
        self.drop_limited(&needed, &mut shown).await?;
        let mut lists = Vec::with_capacity(needed.len());
        let mut apart = Vec::new();
        for package in needed {
            let id = package.id.expose();
            let is_shown = used.get(id).is_none_or(|plans| shown.include(id, plans));
            match shown.take(id).filter(|_| is_shown) {
                Some(listing) if shows(&listing, declared.get(&package.address.name()).map_or(&[], Vec::as_slice)) => {
                    lists.push(self.take(Kind::Plan, listing, Some(&package.address)));
                }
                _ => apart.push(package),
            }
        }
        let apart = apart.into_iter().map(|package| async move {
            let listing = self.whole(&CollectionPath::plans_of(&package.id)?, Kind::Plan, None).await?;
            let listing = self.with_services(&package.id, listing).await?;
            Ok::<_, Refusal>(self.take(Kind::Plan, listing, Some(&package.address)))
        });
        lists.extend(try_join_all(apart).await?);
        Ok(merge(lists))
    }

    /// If the service shows only some plans of each package, no package with that many counts as shown.
    async fn drop_limited(&self, needed: &[&LiveObject], shown: &mut ShownPlans) -> Result<(), Refusal> {
        let full = shown.at_the_limit();
        let full: Vec<&&LiveObject> =
            needed.iter().filter(|one| full.iter().any(|id| **id == *one.id.expose())).collect();
        let mut is_limit = false;
        for package in full.iter().take(PROBES) {
            let path = CollectionPath::plans_of(&package.id)?;
            let request = ListRequest { path: &path, fields: "id".to_owned(), filter: None, page_size: 1 };
            let there = list::first(&self.api, &request).await.map_err(Refusal::from)?.total;
            is_limit |= shown.0.get(package.id.expose()).is_some_and(|rows| rows.len() != there);
            if is_limit {
                break;
            }
        }
        if is_limit {
            for package in full {
                shown.0.remove(package.id.expose());
            }
        }
        Ok(())
    }
}

/// The ids of the plans that keys name, by the id of the package.
fn plans_of_keys(keys: &[(Option<Address>, Listing)]) -> BTreeMap<Box<str>, BTreeSet<Box<str>>> {
    let mut used: BTreeMap<Box<str>, BTreeSet<Box<str>>> = BTreeMap::new();
    let named = keys.par_iter().flat_map(|(_, listing)| listing.rows.par_iter().filter_map(Row::package_and_plan));
    for (package, plan) in named.collect::<Vec<_>>() {
        used.entry(package).or_default().extend(plan);
    }
    used
}

/// The names of the plans that the manifests mention, by the name of the package.
fn declared(query: &Query) -> BTreeMap<String, Vec<String>> {
    let mut declared: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for plan in &query.plans {
        declared.entry(plan.first_name()).or_default().push(plan.name());
    }
    declared
}

/// Whether a list has the plans with these names.
fn shows(listing: &Listing, declared: &[String]) -> bool {
    let names: BTreeSet<String> = match declared {
        [] => return true,
        _ => listing.objects().filter_map(|row| value::text(&row, "name")).collect(),
    };
    declared.iter().all(|plan| names.contains(plan))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn plan(id: &str) -> Json {
        let names = fields::all(Kind::Plan, ReferenceStyle::Ids);
        let mut plan: Object = names.split(',').map(|name| (name.to_owned(), Json::Null)).collect();
        plan.insert("id".to_owned(), json!(id));
        Json::Object(plan)
    }

    fn without(name: &str) -> Json {
        let mut plan = plan("1");
        plan.as_object_mut().map(|plan| plan.remove(name));
        plan
    }

    #[test]
    fn plans_count_as_shown_only_with_every_property() {
        // Null is a value: a plan without dates or without a name is read, and only it is odd.
        assert_eq!(complete(&json!([plan("1"), plan("2")]), false).map(|rows| rows.len()), Some(2));
        assert_eq!(complete(&json!([]), true).map(|rows| rows.len()), Some(0));
        for bad in [json!([plan("1"), without("notes")]), json!([without("id")]), json!([1]), json!({}), Json::Null] {
            assert!(complete(&bad, false).is_none(), "{bad}");
        }
        let with = |services: Json| {
            let mut plan = plan("1");
            plan["services"] = services;
            complete(&json!([plan]), true).is_some()
        };
        assert!(with(json!([])) && with(json!([{"id": "2", "endpoints": []}])));
        assert!(!with(Json::Null) && !with(json!([{"id": "2"}])) && complete(&json!([plan("1")]), true).is_none());
    }

    #[test]
    fn round_numbers_of_plans_may_be_a_limit() {
        let shown = |counts: &[usize]| {
            let row = || Row::of(&Object::new());
            let rows = counts.iter().enumerate().map(|(index, count)| (index.to_string().into(), vec![row(); *count]));
            ShownPlans(rows.collect()).at_the_limit().len()
        };
        let counts: [(&[usize], usize); 6] =
            [(&[1, 5, 5], 0), (&[9, 9], 0), (&[10, 3, 10], 2), (&[25], 1), (&[0, 0], 2), (&[0, 1], 0)];
        for (counts, full) in counts {
            assert_eq!(shown(counts), full, "{counts:?}");
        }
    }
}
