//! Looks at the objects of many changes, kind by kind and in the fewest calls: one by one, in the lists below their parents,
//! or in the list of their kind ([`forecast::looks`]).

use std::collections::BTreeMap;
use std::collections::HashMap;

use futures_util::future::join_all;
use futures_util::future::try_join_all;

use super::CloudApiManagement;
use super::list::Listing;
use super::object;
use super::path::CollectionPath;
use super::plans::Packages;
use super::value;
use crate::model::Address;
use crate::model::Kind;
use crate::model::LiveId;
use crate::model::LiveObject;
use crate::plan::Change;
use crate::plan::forecast;
use crate::plan::forecast::Lists;
use crate::plan::forecast::Way;
use crate::plan::forecast::looks;
use crate::store::Refusal;

/// What is looked at together. Keys name their plan, which this run may have renamed, so they come last.
const PHASES: [&[Kind]; 2] = [&[Kind::Package, Kind::Plan, Kind::User, Kind::Application], &[Kind::PackageKey]];

/// The object of a change.
#[derive(Clone, Copy)]
pub(super) struct Sought<'c> {
    pub(super) change: &'c Change,
    pub(super) id: &'c LiveId,
}

/// What a look at an object found.
pub(super) enum Look {
    Found(LiveObject),
    /// It was not understood.
    Odd,
    /// The answer has no such object, or not yet.
    NotShown,
    Failed(Refusal),
}

/// Why objects are looked at.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Before the writes: the first failure ends it.
    Check,
    /// After them: each object has its own result, and its new name.
    Verification,
}

/// The objects that were found, by their ids.
type Looks<'c> = HashMap<&'c LiveId, Look>;

impl CloudApiManagement {
    /// The results are in the order of `sought`. In a check, no result is [`Look::Failed`].
    pub(super) async fn look_at(
        &self,
        sought: &[Sought<'_>],
        lists: &Lists,
        purpose: Purpose,
    ) -> Result<Vec<Look>, Refusal> {
        let ways = looks(sought.iter().map(|one| one.change), lists);
        let one_list = matches!(ways.get(&Kind::Package), Some((Way::Whole, _)));
        let mut looks = Looks::new();
        for phase in PHASES {
            let kinds = phase.iter().filter_map(|kind| Some((*kind, ways.get(kind)?.0)));
            // The list of packages shows both.
            let kinds = kinds.filter(|(kind, way)| !(one_list && *kind == Kind::Plan && *way == Way::Whole));
            let found = join_all(kinds.map(|(kind, way)| {
                let is_sought = |one: &&Sought<'_>| {
                    let other = one.change.address.kind();
                    let is_shown = kind == Kind::Package && other == Kind::Plan;
                    other == kind || (is_shown && one_list && matches!(ways.get(&other), Some((Way::Whole, _))))
                };
                let sought: Vec<Sought<'_>> = sought.iter().filter(is_sought).copied().collect();
                self.look_at_kind(kind, way, sought, purpose)
            }));
            for found in found.await {
                looks.extend(found?);
            }
            if purpose == Purpose::Verification {
                self.learn_names(&looks);
            }
        }
        Ok(sought.iter().map(|one| looks.remove(one.id).unwrap_or(Look::NotShown)).collect())
    }

    async fn look_at_kind<'c>(
        &self,
        kind: Kind,
        way: Way,
        sought: Vec<Sought<'c>>,
        purpose: Purpose,
    ) -> Result<Looks<'c>, Refusal> {
        let found = match (way, kind) {
            (Way::Each, _) => self.look_at_each(&sought, purpose).await,
            (Way::Below, _) => self.look_below(&sought).await,
            (Way::Whole, Kind::Package | Kind::Plan) => self.look_at_packages(&sought).await,
            (Way::Whole, _) => self.look_at_list(kind, &sought).await,
        };
        match found {
            Ok(mut looks) => {
                if purpose == Purpose::Check && way != Way::Each {
                    self.look_for_missing(&sought, &mut looks).await?;
                }
                Ok(looks)
            }
            Err(refusal) if purpose == Purpose::Check => Err(refusal),
            Err(refusal) => Ok(sought.iter().map(|one| (one.id, Look::Failed(refusal.clone()))).collect()),
        }
    }

    /// A list is no proof that an object is gone.
    async fn look_for_missing<'c>(&self, sought: &[Sought<'c>], looks: &mut Looks<'c>) -> Result<(), Refusal> {
        let missing: Vec<Sought<'c>> = sought.iter().filter(|one| !looks.contains_key(one.id)).copied().collect();
        self.api.repeats(missing.len());
        looks.extend(self.look_at_each(&missing, Purpose::Check).await?);
        Ok(())
    }

    fn learn_names(&self, looks: &Looks<'_>) {
        let found = looks.values().filter_map(|look| if let Look::Found(object) = look { Some(object) } else { None });
        found
            .filter(|object| object.address.kind() != Kind::PackageKey)
            .for_each(|object| self.index.learn(&object.address, &object.id));
    }

    pub(super) async fn look_at_each<'c>(&self, sought: &[Sought<'c>], purpose: Purpose) -> Result<Looks<'c>, Refusal> {
        let looks = sought.iter().map(|one| async move {
            match self.try_read_one(one.change, one.id).await {
                Ok(Some(object)) => Ok((one.id, Look::Found(object))),
                Ok(None) if self.index.is_doubted(one.id) => Ok((one.id, Look::Odd)),
                Ok(None) => Ok((one.id, Look::NotShown)),
                Err(failure) if purpose == Purpose::Check => Err(Refusal::from(failure)),
                Err(failure) => Ok((one.id, Look::Failed(failure.into()))),
            }
        });
        if purpose == Purpose::Check {
            return Ok(try_join_all(looks).await?.into_iter().collect());
        }
        Ok(join_all(looks).await.into_iter().filter_map(Result::ok).collect())
    }

    async fn look_below<'c>(&self, sought: &[Sought<'c>]) -> Result<Looks<'c>, Refusal> {
        let mut by_parent: BTreeMap<&Address, Vec<Sought<'c>>> = BTreeMap::new();
        for one in sought {
            if let Some(parent) = &one.change.target.parent {
                by_parent.entry(parent).or_default().push(*one);
            }
        }
        let lists = by_parent.into_iter().map(|(parent, sought)| async move {
            let (kind, id) = (sought[0].change.address.kind(), self.index.id(parent)?);
            let path = match kind {
                Kind::Application => CollectionPath::applications_of(&id)?,
                Kind::Plan => CollectionPath::plans_of(&id)?,
                _ => CollectionPath::package_keys_of(&id)?,
            };
            let listing = self.whole(&path, kind, None).await?;
            let listing = match kind {
                Kind::Plan => self.with_services(&id, listing).await?,
                _ => self.rows_with_added(kind, &path, listing).await?,
            };
            Ok::<_, Refusal>(self.among(kind, &listing, Some(parent), &sought))
        });
        Ok(try_join_all(lists).await?.into_iter().flatten().collect())
    }

    async fn look_at_list<'c>(&self, kind: Kind, sought: &[Sought<'c>]) -> Result<Looks<'c>, Refusal> {
        let path = match kind {
            Kind::User => CollectionPath::members(),
            Kind::Application => CollectionPath::applications(),
            _ => CollectionPath::package_keys(),
        };
        let listing = self.whole(&path, kind, None).await?;
        let listing = self.rows_with_added(kind, &path, listing).await?;
        Ok(self.among(kind, &listing, None, sought))
    }

    /// Packages and plans, in the list that shows both.
    async fn look_at_packages<'c>(&self, sought: &[Sought<'c>]) -> Result<Looks<'c>, Refusal> {
        let Packages { listing, plans } = self.packages().await?;
        let (of_plans, of_packages): (Vec<Sought<'c>>, Vec<Sought<'c>>) =
            sought.iter().partition(|one| one.change.address.kind() == Kind::Plan);
        let mut looks = self.among(Kind::Package, &listing, None, &of_packages);
        for one in of_plans {
            let Some(package) = &one.change.target.parent else { continue };
            if let Some(listing) = self.index.id(package).ok().and_then(|id| plans.of(id.expose())) {
                looks.extend(self.among(Kind::Plan, &listing, Some(package), &[one]));
            }
        }
        Ok(looks)
    }

    /// The way to the keys of the applications in which this run has created keys: each as often as it has new keys.
    pub(super) fn way_to_keys<'a>(&self, applications: impl Iterator<Item = &'a LiveId>) -> (Way, usize) {
        let mut counts: BTreeMap<&LiveId, usize> = BTreeMap::new();
        applications.for_each(|application| *counts.entry(application).or_default() += 1);
        forecast::proof(counts.into_values(), &self.index.lists_now())
    }

    /// The sought objects of a list.
    fn among<'c>(&self, kind: Kind, listing: &Listing, within: Option<&Address>, sought: &[Sought<'c>]) -> Looks<'c> {
        let by_id: HashMap<&str, &'c LiveId> = sought.iter().map(|one| (one.id.expose(), one.id)).collect();
        let has_added = self.index.has_added(kind);
        let mut looks = Looks::new();
        for row in listing.objects() {
            let id = value::text(&row, "id").unwrap_or_default();
            let Some(id) = by_id.get(&*id).filter(|_| !listing.repeated.contains(&*id)) else { continue };
            let look = match self.index.with(|index| object::live(kind, &row, within, has_added, index)) {
                Ok(object) => Look::Found(object),
                Err(_) => Look::Odd,
            };
            looks.insert(id, look);
        }
        looks
    }
}
