//! What the credentials can see: a sign-in, and one row of each list of the area.

use std::time::Duration;

use super::CloudApiManagement;
use super::path::CollectionPath;
use crate::store::Refusal;

/// What a sign-in and one call for each list showed.
pub struct Reach {
    /// How long the token is used before the next sign-in.
    pub token: Option<Duration>,
    /// What the lists are of, as [`crate::text::count`] takes it, and how many objects each has or why it could not be read.
    pub lists: Vec<(&'static str, Result<usize, Refusal>)>,
    /// Calls of the day that are left and that are allowed, if the service says it.
    pub quota: Option<(f64, f64)>,
}

impl CloudApiManagement {
    /// Makes a sign-in and four calls, and reads no value of a key. An error if it cannot sign in.
    pub async fn reach(&self) -> Result<Reach, Refusal> {
        let masked = |refusal: Refusal| self.api.masking().refusal(refusal);
        self.api.sign_in.token(&self.api.route).await.map_err(masked)?;
        let token = self.api.sign_in.rest_of_token().await;
        let lists = [
            ("user", CollectionPath::members()),
            ("application", CollectionPath::applications()),
            ("package", CollectionPath::packages()),
            ("package key*", CollectionPath::package_keys()),
        ];
        let mut reach = Reach { token, lists: Vec::new(), quota: None };
        for (name, path) in lists {
            let query = [("limit", "1"), ("offset", "0"), ("fields", "id")];
            let query = query.map(|(name, value)| (name, value.to_owned()));
            let total = match self.api.list(&path, &query).await {
                Ok(answer) => {
                    reach.quota = answer.quota_left().or(reach.quota);
                    let failed = |cause| Refusal::unavailable(format!("GET {} answered {cause}", path.as_str()));
                    answer.total().map_err(failed)
                }
                Err(failure) => Err(Refusal::from(failure)),
            };
            reach.lists.push((name, total.map_err(masked)));
        }
        Ok(reach)
    }
}
