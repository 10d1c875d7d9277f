//! A snapshot of the keys alone, for an incident: one list, whose rows name what the keys belong to.

use super::CloudApiManagement;
use crate::model::Address;
use crate::model::Kind;
use crate::model::Live;
use crate::model::LiveId;
use crate::store::Refusal;
use crate::stores::cloud_api_management::api::Failure;
use crate::stores::cloud_api_management::index::Index;
use crate::stores::cloud_api_management::list;
use crate::stores::cloud_api_management::list::ListRequest;
use crate::stores::cloud_api_management::path::CollectionPath;
use crate::stores::cloud_api_management::value;
use crate::stores::cloud_api_management::value::Object;

impl CloudApiManagement {
    /// `None` if the rows do not have the names of applications: then the other lists are needed too.
    pub(super) async fn keys_alone(&self) -> Result<Option<Live>, Refusal> {
        let path = CollectionPath::package_keys();
        let request = || ListRequest {
            path: &path,
            fields: self.index.fields_of_keys_alone(),
            filter: None,
            page_size: self.page_size,
        };
        let mut wanted = request();
        let first = match list::first(&self.api, &wanted).await {
            Err(Failure::Invalid { .. }) if wanted.has_paths() => {
                self.index.learn_no_paths();
                wanted = request();
                list::first(&self.api, &wanted).await?
            }
            page => page?,
        };
        self.learn_list(Kind::PackageKey, &first, self.page_size);
        let mut listing = list::rest(&self.api, &wanted, first).await?;
        if !listing.is_whole() {
            listing = list::again(&self.api, &wanted).await?;
        }
        let named = self.index.with(|index| listing.objects().filter(|row| learn_names(index, row)).count());
        if named == 0 && !listing.rows.is_empty() {
            return Ok(None);
        }
        let keys = self.take(Kind::PackageKey, listing, None);
        let mut live = Live::default();
        live.take(Kind::PackageKey, keys.objects, keys.total);
        live.take_odd(keys.odd);
        live.signed_in_as = Some(Address::user(&self.username));
        Ok(Some(live))
    }
}

/// Whether the row of a key names its application. What it names is known from now on.
fn learn_names(index: &mut Index, row: &Object) -> bool {
    let text = |of: &str, name: &str| row.get(of)?.get(name)?.as_str().filter(|text| !text.is_empty());
    let mut learn = |of: &str, address: Option<Address>| {
        let (Some(id), Some(address)) = (value::inner_id(row, of), address) else { return false };
        if index.address(id).is_none() {
            index.learn(&address, &LiveId::new(id));
        }
        true
    };
    let package = text("package", "name").map(Address::package);
    let plan = package.as_ref().zip(text("plan", "name"));
    learn("plan", plan.map(|(package, plan)| Address::below(Kind::Plan, Some(package), plan)));
    learn("package", package);
    let owner = text("application", "username").zip(text("application", "name"));
    learn("application", owner.map(|(user, name)| Address::application(user, name)))
}
