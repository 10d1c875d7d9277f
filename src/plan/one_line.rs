//! KW-132: a text of one line that has what people do not see is not written. What lives that way is left as it is.

use crate::diagnostic::Diagnostic;
use crate::matching::Found;
use crate::model::Address;
use crate::model::Declared;
use crate::rules::flawed;

pub(super) fn check(declared: &Declared, found: Option<&Found<'_>>) -> Option<(Address, Diagnostic)> {
    let is_written = |live: Option<&Found<'_>>, field: &str| {
        live.is_none_or(|found| found.live.attributes.get(field) != declared.value(field))
    };
    let address = &declared.address;
    let mut fields = declared.fields.iter().filter(|desired| is_written(found, &desired.field));
    let error = fields.find_map(|desired| flawed(address.kind(), desired, &address.to_string()));
    error.map(|(_, error)| (address.clone(), error))
}
