//! A snapshot of the area, by the cheaper of two ways: whole lists, or only what this workspace asks for
//! (`cloud-api-management.md` 4.5).
//!
//! The first page of each list says how long the list is. Where the rest of it would take more calls than looking up
//! what is wanted, it is left: twenty keys in an area of a hundred thousand cost a few dozen calls, not a hundred pages.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use futures_util::try_join;

use super::CloudApiManagement;
use super::api::Failure;
use super::fields;
use super::list;
use super::list::Asked;
use super::list::FirstPage;
use super::list::Listing;
use super::object;
use super::path::CollectionPath;
use super::value;
use super::value::Object;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::rules;
use crate::store::Query;
use crate::store::Refusal;
use crate::store::Wanted;

/// Objects of one kind, and how many there should be.
#[derive(Default)]
struct Taken {
    objects: Vec<LiveObject>,
    total: usize,
}

impl CloudApiManagement {
    pub(super) async fn snapshot(&self, query: &Query) -> Result<Live, Refusal> {
        let wanted = query.only.as_ref();
        let calls_before = self.api.calls();
        self.known.with(|index| index.query.clone_from(query));
        let (of_packages, of_members) = (CollectionPath::packages(), CollectionPath::members());
        let (of_applications, of_keys) = (CollectionPath::applications(), CollectionPath::package_keys());
        let (packages, members, applications, keys, roles) = try_join!(
            self.whole(&of_packages, Kind::Package, None),
            self.first(&of_members, Kind::User),
            self.first(&of_applications, Kind::Application),
            self.first(&of_keys, Kind::PackageKey),
            self.roles(query.names_roles),
        )?;
        let packages = self.take(Kind::Package, packages, None);
        let users = self.users(members, wanted).await?;
        let applications = self.applications(applications, wanted).await?;
        let keys = self.keys(keys, wanted, &applications).await?;
        let plans = self.plans(&packages, &keys, wanted).await?;
        let keys = self.take_keys(keys, wanted.is_some());
        let calls = usize::try_from(self.api.calls() - calls_before).unwrap_or(usize::MAX);
        self.known.with(|index| index.snapshot_calls = calls);
        let mut live = Live::default();
        let all = [
            (Kind::Package, packages),
            (Kind::Plan, plans),
            (Kind::User, users),
            (Kind::Application, applications),
            (Kind::PackageKey, keys),
        ];
        for (kind, taken) in all {
            live.take(kind, taken.objects, taken.total);
        }
        live.roles = roles;
        live.signed_in_as = Some(Address::user(&self.username));
        Ok(live)
    }

    fn asked<'a>(&self, path: &'a CollectionPath, kind: Kind, filter: Option<String>) -> Asked<'a> {
        Asked { path, fields: self.known.fields(kind), filter, page_size: self.page_size }
    }

    async fn first(&self, path: &CollectionPath, kind: Kind) -> Result<FirstPage, Refusal> {
        match list::first(&self.api, &self.asked(path, kind, None)).await {
            Err(Failure::Wrong { .. }) if kind == Kind::PackageKey && self.known.learn_no_paths() => {
                Ok(list::first(&self.api, &self.asked(path, kind, None)).await?)
            }
            page => Ok(page?),
        }
    }

    async fn rest(&self, path: &CollectionPath, kind: Kind, first: FirstPage) -> Result<Listing, Refusal> {
        let asked = self.asked(path, kind, None);
        let listing = list::rest(&self.api, &asked, first).await?;
        if listing.is_whole() {
            return Ok(listing);
        }
        // The area may have changed while it was read.
        Ok(list::whole(&self.api, &asked).await?)
    }

    async fn whole(&self, path: &CollectionPath, kind: Kind, filter: Option<String>) -> Result<Listing, Refusal> {
        Ok(list::whole(&self.api, &self.asked(path, kind, filter)).await?)
    }

    /// The rows of a whole list, as they came, below an object that may have been made a moment ago.
    pub(super) async fn rows(
        &self,
        path: &CollectionPath,
        kind: Kind,
        filter: Option<String>,
    ) -> Result<Vec<Object>, Refusal> {
        let asked = self.asked(path, kind, filter);
        Ok(self.patiently(|| list::whole(&self.api, &asked)).await?.rows)
    }

    /// Rows → objects, which are known by their names from here on. `within` is what all of them hang on.
    fn take(&self, kind: Kind, listing: Listing, within: Option<&Address>) -> Taken {
        let has_added = self.known.has_added(kind);
        let objects: Vec<LiveObject> = self.known.with(|index| {
            listing.rows.iter().filter_map(|row| object::live(kind, row, within, has_added, index)).collect()
        });
        self.known.learn_all(&objects);
        Taken { objects, total: listing.total }
    }

    async fn users(&self, first: FirstPage, wanted: Option<&Wanted>) -> Result<Taken, Refusal> {
        let path = CollectionPath::members();
        let Some(wanted) = wanted.filter(|_| !first.is_whole()) else {
            let listing = self.rest(&path, Kind::User, first).await?;
            return self.with_added(Kind::User, &path, listing, None).await;
        };
        let seen: BTreeSet<&str> = first.texts("username").collect();
        let missing: Vec<&str> = wanted.users.iter().map(|name| &**name).filter(|name| !seen.contains(name)).collect();
        if missing.len() >= first.calls_left() {
            let listing = self.rest(&path, Kind::User, first).await?;
            return self.with_added(Kind::User, &path, listing, None).await;
        }
        let filtered = missing.into_iter().map(|name| self.whole(&path, Kind::User, Some(format!("username:{name}"))));
        let filtered = try_join_all(filtered).await?;
        let mut taken = Taken::default();
        for listing in std::iter::once(first.into_listing()).chain(filtered) {
            taken.objects.extend(self.take(Kind::User, listing, None).objects);
        }
        // The filter takes every name that the wanted one is a part of (CAM-049).
        taken.objects.retain(|user| wanted.users.contains(&user.name));
        taken.objects.sort_by(|a, b| a.id.cmp(&b.id));
        taken.objects.dedup_by(|a, b| a.id == b.id);
        taken.total = taken.objects.len();
        Ok(taken)
    }

    async fn applications(&self, first: FirstPage, wanted: Option<&Wanted>) -> Result<Taken, Refusal> {
        let path = CollectionPath::applications();
        let is_cheaper = |wanted: &&Wanted| !first.is_whole() && wanted.users.len() < first.calls_left();
        let Some(wanted) = wanted.filter(is_cheaper) else {
            let listing = self.rest(&path, Kind::Application, first).await?;
            return self.with_added(Kind::Application, &path, listing, None).await;
        };
        let owners = wanted.users.iter().map(|name| Address::user(name));
        // A user who is not there has no applications.
        let owners: Vec<(Address, LiveId)> =
            owners.filter_map(|owner| Some((owner.clone(), self.known.id(&owner).ok()?))).collect();
        let lists = owners.iter().map(|(owner, id)| async move {
            let path = CollectionPath::applications_of(id)?;
            let listing = self.whole(&path, Kind::Application, None).await?;
            self.with_added(Kind::Application, &path, listing, Some(owner)).await
        });
        Ok(together(try_join_all(lists).await?))
    }

    /// Attributes that the area's owner added are only told when nothing is asked for by name (1.3), so a second list
    /// is read for them; only when a manifest sets one.
    async fn with_added(
        &self,
        kind: Kind,
        path: &CollectionPath,
        mut listing: Listing,
        within: Option<&Address>,
    ) -> Result<Taken, Refusal> {
        if self.known.has_added(kind) {
            let asked = Asked { path, fields: String::new(), filter: None, page_size: self.page_size };
            let plain = list::whole(&self.api, &asked).await?;
            let mut added: BTreeMap<String, Object> =
                plain.rows.into_iter().filter_map(|row| Some((value::text(&row, "id")?, row))).collect();
            for row in &mut listing.rows {
                let more = value::text(row, "id").and_then(|id| added.remove(&id)).unwrap_or_default();
                for (name, text) in more.into_iter().filter(|(name, _)| !fields::is_known(kind, name)) {
                    row.entry(name).or_insert(text);
                }
            }
        }
        Ok(self.take(kind, listing, within))
    }

    /// The keys as they came: what plans they have is known only once the plans are read.
    async fn keys(
        &self,
        first: FirstPage,
        wanted: Option<&Wanted>,
        applications: &Taken,
    ) -> Result<Vec<(Option<Address>, Listing)>, Refusal> {
        let path = CollectionPath::package_keys();
        let is_wanted =
            |object: &&LiveObject| wanted.is_some_and(|wanted| wanted.applications_with_keys.contains(&object.address));
        let of: Vec<&LiveObject> = applications.objects.iter().filter(is_wanted).collect();
        if wanted.is_none() || first.is_whole() || first.calls_left() <= of.len() {
            return Ok(vec![(None, self.rest(&path, Kind::PackageKey, first).await?)]);
        }
        let lists = of.into_iter().map(|application| async move {
            let path = CollectionPath::package_keys_of(&application.id)?;
            Ok::<_, Refusal>((Some(application.address.clone()), self.whole(&path, Kind::PackageKey, None).await?))
        });
        try_join_all(lists).await
    }

    /// The plans of the packages that are wanted or that a key is in.
    async fn plans(
        &self,
        packages: &Taken,
        keys: &[(Option<Address>, Listing)],
        wanted: Option<&Wanted>,
    ) -> Result<Taken, Refusal> {
        let rows = keys.iter().flat_map(|(_, listing)| &listing.rows);
        let used: BTreeSet<&str> = rows.filter_map(|row| value::inner_id(row, "package")).collect();
        let is_needed = |package: &&LiveObject| {
            wanted.is_none_or(|wanted| wanted.packages.contains(&package.name)) || used.contains(package.id.expose())
        };
        let lists = packages.objects.iter().filter(is_needed).map(|package| async move {
            let path = CollectionPath::plans_of(&package.id)?;
            let listing = self.whole(&path, Kind::Plan, None).await?;
            Ok::<_, Refusal>(self.take(Kind::Plan, listing, Some(&package.address)))
        });
        Ok(together(try_join_all(lists).await?))
    }

    /// With only a part wanted, keys of applications that were not read are none of it.
    fn take_keys(&self, lists: Vec<(Option<Address>, Listing)>, is_part: bool) -> Taken {
        let is_of_known = |row: &Object| {
            let application = value::inner_id(row, "application");
            application.is_none_or(|id| self.known.with(|index| index.address(id).is_some()))
        };
        let taken = lists.into_iter().map(|(within, mut listing)| {
            if is_part && listing.is_whole() {
                listing.rows.retain(|row| within.is_some() || is_of_known(row));
                listing.total = listing.rows.len();
            }
            self.take(Kind::PackageKey, listing, within.as_ref())
        });
        together(taken.collect())
    }

    /// The area's roles, which can be named but not made (1.7).
    async fn roles(&self, are_wanted: bool) -> Result<Option<Vec<Box<str>>>, Refusal> {
        if !are_wanted {
            return Ok(None);
        }
        let path = CollectionPath::roles();
        let asked = Asked { path: &path, fields: "id,name".to_owned(), filter: None, page_size: self.page_size };
        let listing = list::whole(&self.api, &asked).await?;
        if !listing.is_whole() {
            let refusal = Refusal::unavailable("the list of roles is not complete").help("run again");
            return Err(Refusal { rule: Some(rules::CAM_050.id), ..refusal });
        }
        let rows = listing.rows;
        let roles: value::Roles = rows
            .iter()
            .filter_map(|row| Some((value::text(row, "name")?.into(), value::text(row, "id")?.into())))
            .collect();
        let names = roles.keys().cloned().collect();
        self.known.learn_roles(roles);
        Ok(Some(names))
    }
}

fn together(parts: Vec<Taken>) -> Taken {
    let mut all = Taken::default();
    for part in parts {
        all.objects.extend(part.objects);
        all.total += part.total;
    }
    all
}
