//! A snapshot of the area, by the cheaper of two ways: whole lists, or only the objects that this workspace needs
//! (`cloud-api-management.md` 4.5).
//!
//! The first page of each list shows how long the list is. If the other pages take more calls than reading the needed
//! objects one by one, they are not read: twenty keys in an area of a hundred thousand cost a few dozen calls.

mod keys_alone;

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use futures_util::try_join;
use rayon::prelude::*;

use super::CloudApiManagement;
use super::api::Failure;
use super::list;
use super::list::FirstPage;
use super::list::ListRequest;
use super::list::Listing;
use super::object;
use super::path::CollectionPath;
use super::row::Row;
use super::value;
use super::value::Object;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::model::OddRow;
use crate::model::built_in::is_built_in;
use crate::rules;
use crate::store::Made;
use crate::store::Query;
use crate::store::Refusal;
use crate::store::Wanted;
use crate::text::folded;

/// So many rows become objects at once, on all cores. Each batch's memory is free before the next one.
const BATCH: usize = 2_000;

/// Objects of one kind, and how many the server reports.
#[derive(Default)]
pub(super) struct ObjectList {
    pub(super) objects: Vec<LiveObject>,
    odd: Vec<OddRow>,
    /// Without the odd rows.
    total: usize,
    /// Whether only some of the store's objects were asked for.
    is_part: bool,
}

impl CloudApiManagement {
    pub(super) async fn snapshot(&self, query: &Query) -> Result<Live, Refusal> {
        let wanted = query.only.as_ref();
        let calls_before = self.api.calls();
        self.index.with(|index| index.query.clone_from(query));
        if query.kinds.iter().all(|kind| *kind == Kind::PackageKey)
            && let Some(keys) = self.keys_alone().await?
        {
            return Ok(keys);
        }
        let member_path = CollectionPath::members();
        let (application_path, key_path) = (CollectionPath::applications(), CollectionPath::package_keys());
        let ((packages, services), members, applications, keys, roles) = try_join!(
            self.packages_and_services(query),
            self.first(&member_path, Kind::User),
            self.first(&application_path, Kind::Application),
            self.first(&key_path, Kind::PackageKey),
            self.roles(query.names_roles),
        )?;
        let mut live = Live::default();
        let (shown_plans, listing) = (packages.plans, packages.listing);
        let mut packages = self.take(Kind::Package, listing, None);
        live.by_id.extend(self.add_made(query, Kind::Package, &mut packages).await?);
        let mut users = self.users(members, wanted).await?;
        live.has_all_users = !users.is_part && users.objects.len() == users.total && users.odd.is_empty();
        live.by_id.extend(self.add_made(query, Kind::User, &mut users).await?);
        let mut applications = self.applications(applications, wanted).await?;
        live.by_id.extend(self.add_made(query, Kind::Application, &mut applications).await?);
        let keys = self.keys(keys, wanted, &applications).await?;
        let mut plans = self.plans(&packages, shown_plans, &keys, query).await?;
        live.by_id.extend(self.add_made(query, Kind::Plan, &mut plans).await?);
        live.lacks_keys = applications.is_part || !matches!(&*keys, [(None, _)]);
        let mut keys = self.take_keys(keys, applications.is_part);
        live.by_id.extend(self.add_made(query, Kind::PackageKey, &mut keys).await?);
        let calls = usize::try_from(self.api.calls() - calls_before).unwrap_or(usize::MAX);
        self.index.with(|index| index.snapshot_calls = calls);
        let all = [
            (Kind::Package, packages),
            (Kind::Plan, plans),
            (Kind::User, users),
            (Kind::Application, applications),
            (Kind::PackageKey, keys),
        ];
        for (kind, found) in all {
            live.take(kind, found.objects, found.total);
            live.take_odd(found.odd);
        }
        live.roles = roles;
        live.services = services;
        live.signed_in_as = Some(Address::user(&self.username));
        Ok(live)
    }

    fn request<'a>(&self, path: &'a CollectionPath, kind: Kind, filter: Option<String>) -> ListRequest<'a> {
        ListRequest { path, fields: self.index.fields(kind), filter, page_size: self.page_size }
    }

    pub(super) fn learn_list(&self, kind: Kind, first: &FirstPage, page_size: usize) {
        self.index.learn_list(kind, first.total, first.rows_of_page().unwrap_or(page_size));
    }

    /// The first page of the list of all objects of a kind.
    pub(super) async fn first(&self, path: &CollectionPath, kind: Kind) -> Result<FirstPage, Refusal> {
        let first = self.first_with_paths(path, kind).await?;
        self.learn_list(kind, &first, self.page_size);
        Ok(first)
    }

    async fn first_with_paths(&self, path: &CollectionPath, kind: Kind) -> Result<FirstPage, Refusal> {
        let request = self.request(path, kind, None);
        match list::first(&self.api, &request).await {
            Err(Failure::Invalid { .. }) if request.has_paths() => {
                self.index.learn_no_paths();
                Ok(list::first(&self.api, &self.request(path, kind, None)).await?)
            }
            page => Ok(page?),
        }
    }

    pub(super) async fn rest(&self, path: &CollectionPath, kind: Kind, first: FirstPage) -> Result<Listing, Refusal> {
        let request = self.request(path, kind, None);
        let listing = list::rest(&self.api, &request, first).await?;
        if listing.is_whole() {
            return Ok(listing);
        }
        // The area may have changed in the meantime.
        Ok(list::again(&self.api, &request).await?)
    }

    pub(super) async fn whole(
        &self,
        path: &CollectionPath,
        kind: Kind,
        filter: Option<String>,
    ) -> Result<Listing, Refusal> {
        Ok(list::whole(&self.api, &self.request(path, kind, filter)).await?)
    }

    /// The rows of a whole list.
    pub(super) async fn rows(
        &self,
        path: &CollectionPath,
        kind: Kind,
        filter: Option<String>,
    ) -> Result<Vec<Object>, Refusal> {
        Ok(self.whole(path, kind, filter).await?.objects().collect())
    }

    /// Converts rows to objects and adds them to the index. `within` is their common parent.
    pub(super) fn take(&self, kind: Kind, listing: Listing, within: Option<&Address>) -> ObjectList {
        let has_added = self.index.has_added(kind);
        let mut list =
            ObjectList { total: listing.total.saturating_sub(listing.without_id.len()), ..ObjectList::default() };
        let count = listing.rows.len();
        self.index.with(|index| {
            list.odd.extend(listing.without_id.iter().map(|row| object::odd(kind, row, within, index, "id")));
            list.objects.reserve_exact(count);
            let mut rows = listing.rows.into_iter();
            while rows.len() > 0 {
                let batch: Vec<Row> = rows.by_ref().take(BATCH).collect();
                let read = |row: Row| {
                    let row = row.object();
                    let is_repeated = listing.repeated.contains(&*value::text(&row, "id").unwrap_or_default());
                    match object::live(kind, &row, within, has_added, index) {
                        Ok(object) if is_repeated => (Some(object), Some(object::odd(kind, &row, within, index, "id"))),
                        Ok(object) => (Some(object), None),
                        Err(odd) => (None, Some(odd)),
                    }
                };
                for found in batch.into_par_iter().map(read).collect::<Vec<_>>() {
                    match found {
                        (Some(object), None) => list.objects.push(index.with_shared_names(object)),
                        (object, odd) => {
                            // The objects below it still belong to it.
                            if let Some(object) = object {
                                index.learn(&object.address, &object.id);
                            }
                            list.odd.extend(odd);
                        }
                    }
                }
            }
        });
        list.total = list.total.saturating_sub(count - list.objects.len());
        self.index.learn_all(&list.objects);
        list
    }

    /// Adds the objects that earlier runs made and that the list does not show yet. Returns their ids.
    async fn add_made(&self, query: &Query, kind: Kind, list: &mut ObjectList) -> Result<Vec<LiveId>, Refusal> {
        let made: Vec<&Made> = query.made.iter().filter(|made| made.address.kind() == kind).collect();
        if made.is_empty() {
            return Ok(Vec::new());
        }
        let odd = list.odd.iter().filter_map(|row| row.id.as_ref());
        let listed: BTreeSet<LiveId> = list.objects.iter().map(|object| &object.id).chain(odd).cloned().collect();
        let missing = made.into_iter().filter(|made| !listed.contains(&made.id));
        let found = try_join_all(missing.map(|made| self.read_made(made))).await?;
        let found: Vec<LiveObject> = found.into_iter().flatten().collect();
        self.index.learn_all(&found);
        list.total += found.len();
        let ids = found.iter().map(|object| object.id.clone()).collect();
        list.objects.extend(found);
        Ok(ids)
    }

    async fn users(&self, first: FirstPage, wanted: Option<&Wanted>) -> Result<ObjectList, Refusal> {
        let path = CollectionPath::members();
        let Some(wanted) = wanted.filter(|_| !first.is_whole()) else {
            let listing = self.rest(&path, Kind::User, first).await?;
            return self.with_added(Kind::User, &path, listing, None).await;
        };
        let seen: BTreeSet<String> = first.texts("username").collect();
        let missing: Vec<&str> = wanted.users.iter().map(|name| &**name).filter(|name| !seen.contains(*name)).collect();
        if missing.len() >= first.calls_left() {
            let listing = self.rest(&path, Kind::User, first).await?;
            return self.with_added(Kind::User, &path, listing, None).await;
        }
        let filtered = missing.into_iter().map(|name| self.whole(&path, Kind::User, Some(format!("username:{name}"))));
        let filtered = try_join_all(filtered).await?;
        let is_whole = filtered.iter().all(Listing::is_whole);
        let mut found = ObjectList { is_part: true, ..ObjectList::default() };
        for listing in std::iter::once(first.into_listing()).chain(filtered) {
            let more = self.take(Kind::User, listing, None);
            found.objects.extend(more.objects);
            found.odd.extend(more.odd);
        }
        // The filter also matches names that only contain the wanted one (CAM-049).
        // A user whose name looks like a wanted one is kept, because it may be the one that is meant (KW-131).
        let looks: BTreeSet<String> = wanted.users.iter().map(|name| folded(name)).collect();
        found.objects.retain(|user| looks.contains(&folded(&user.name)));
        found.objects.sort_by(|a, b| a.id.cmp(&b.id));
        found.objects.dedup_by(|a, b| a.id == b.id);
        // A search that is cut off does not prove that a user is missing (CAM-050).
        found.total = found.objects.len() + usize::from(!is_whole);
        Ok(found)
    }

    async fn applications(&self, first: FirstPage, wanted: Option<&Wanted>) -> Result<ObjectList, Refusal> {
        let path = CollectionPath::applications();
        let is_cheaper = |wanted: &&Wanted| !first.is_whole() && wanted.users.len() < first.calls_left();
        let Some(wanted) = wanted.filter(is_cheaper) else {
            let listing = self.rest(&path, Kind::Application, first).await?;
            return self.with_added(Kind::Application, &path, listing, None).await;
        };
        let owners = wanted.users.iter().map(|name| Address::user(name));
        // A user that does not exist has no applications.
        let owners: Vec<(Address, LiveId)> =
            owners.filter_map(|owner| Some((owner.clone(), self.index.id(&owner).ok()?))).collect();
        let lists = owners.iter().map(|(owner, id)| async move {
            let path = CollectionPath::applications_of(id)?;
            let listing = self.whole(&path, Kind::Application, None).await?;
            self.with_added(Kind::Application, &path, listing, Some(owner)).await
        });
        Ok(ObjectList { is_part: true, ..merge(try_join_all(lists).await?) })
    }

    /// Adds custom attributes, which the API sends only if no `fields` are requested (1.3). The second list for them is
    /// read only if a manifest sets one.
    async fn with_added(
        &self,
        kind: Kind,
        path: &CollectionPath,
        listing: Listing,
        within: Option<&Address>,
    ) -> Result<ObjectList, Refusal> {
        let listing = self.rows_with_added(kind, path, listing).await?;
        Ok(self.take(kind, listing, within))
    }

    pub(super) async fn rows_with_added(
        &self,
        kind: Kind,
        path: &CollectionPath,
        mut listing: Listing,
    ) -> Result<Listing, Refusal> {
        if self.index.has_added(kind) {
            let request = ListRequest { path, fields: String::new(), filter: None, page_size: self.page_size };
            let plain = list::whole(&self.api, &request).await?;
            let id = |row: &Row| value::text(&row.object(), "id");
            let mut added: BTreeMap<String, Row> =
                plain.rows.into_iter().filter_map(|row| Some((id(&row)?, row))).collect();
            for row in &mut listing.rows {
                let more = id(row).and_then(|id| added.remove(&id)).map(|row| row.object()).unwrap_or_default();
                let mut object = row.object();
                for (name, text) in more.into_iter().filter(|(name, _)| !is_built_in(kind, name)) {
                    object.entry(name).or_insert(text);
                }
                *row = Row::of(&object);
            }
        }
        Ok(listing)
    }

    /// The rows of the keys, which need the plans to become objects.
    async fn keys(
        &self,
        first: FirstPage,
        wanted: Option<&Wanted>,
        applications: &ObjectList,
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

    /// If only some applications were read, this leaves out the keys of the others.
    fn take_keys(&self, lists: Vec<(Option<Address>, Listing)>, is_part: bool) -> ObjectList {
        let has_known_application = |row: &Object| {
            let application = value::inner_id(row, "application");
            application.is_none_or(|id| self.index.with(|index| index.address(id).is_some()))
        };
        let found = lists.into_iter().map(|(within, mut listing)| {
            if is_part && listing.is_whole() {
                listing.rows.retain(|row| within.is_some() || has_known_application(&row.object()));
                listing.total = listing.rows.len() + listing.without_id.len();
            }
            self.take(Kind::PackageKey, listing, within.as_ref())
        });
        merge(found.collect())
    }

    /// The area's roles, which Keywright cannot create (1.7).
    async fn roles(&self, are_wanted: bool) -> Result<Option<Vec<Box<str>>>, Refusal> {
        if !are_wanted {
            return Ok(None);
        }
        let path = CollectionPath::roles();
        let request =
            ListRequest { path: &path, fields: "id,name".to_owned(), filter: None, page_size: self.page_size };
        let listing = list::whole(&self.api, &request).await?;
        if !listing.is_whole() {
            let refusal = Refusal::unavailable("the list of roles is incomplete").help("run again");
            return Err(Refusal { rule: Some(rules::CAM_050.id), ..refusal });
        }
        let roles: value::Roles = listing
            .objects()
            .filter_map(|row| Some((value::text(&row, "name")?.into(), value::text(&row, "id")?.into())))
            .collect();
        let names = roles.keys().cloned().collect();
        self.index.learn_roles(roles);
        Ok(Some(names))
    }
}

pub(super) fn merge(parts: Vec<ObjectList>) -> ObjectList {
    let mut all = ObjectList::default();
    for part in parts {
        all.objects.extend(part.objects);
        all.odd.extend(part.odd);
        all.total += part.total;
    }
    all
}
