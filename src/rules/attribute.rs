//! Rules about custom attributes.

mod cam_060;
mod cam_061;

use super::Findings;
use super::world::World;
use crate::manifest::Spec;
use crate::model::Kind;

rules! { cam_060::CAM_060, cam_061::CAM_061;
    checks: check
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for manifest in world.manifests {
        let (kind, attributes) = match &manifest.spec {
            Spec::User(spec) => (Kind::User, &spec.extended_attributes),
            Spec::Application(spec) => (Kind::Application, &spec.extended_attributes),
            Spec::Package(spec) => (Kind::Package, &spec.eav),
            Spec::Plan(spec) => (Kind::Plan, &spec.eav),
            Spec::PackageKey(_) | Spec::ApiKey(_) => continue,
        };
        for (name, _) in attributes.iter().flat_map(|attributes| &attributes.value.0) {
            if let Some(problem) = cam_061::problem(name).or_else(|| cam_060::problem(kind, name)) {
                findings.add(problem);
            }
        }
    }
}
