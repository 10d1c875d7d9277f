//! Rules about applications.

mod cam_012;
mod cam_013;

use super::Findings;
use super::user::check_length;
use super::world::World;
use crate::manifest::Spec;
use crate::manifest::application::ApplicationSpec;
use crate::manifest::read::Spanned;
use crate::rules;

rules! {
    cam_012::CAM_012, cam_013::CAM_013;
    checks: check
}

fn check(world: &World<'_>, findings: &mut Findings) {
    for manifest in world.manifests {
        if let Spec::Application(spec) = &manifest.spec {
            check_lengths(spec, findings);
        }
    }
}

fn check_lengths(spec: &ApplicationSpec, findings: &mut Findings) {
    let limits: [(&str, &Option<Spanned<Box<str>>>, usize); 9] = [
        ("type", &spec.r#type, 255),
        ("adsSystem", &spec.ads_system, 64),
        ("usageModel", &spec.usage_model, 32),
        ("tags", &spec.tags, 255),
        ("howDidYouHear", &spec.how_did_you_hear, 255),
        ("preferredProtocol", &spec.preferred_protocol, 32),
        ("preferredOutput", &spec.preferred_output, 32),
        ("externalId", &spec.external_id, 255),
        ("uri", &spec.uri, 255),
    ];
    for (field, text, longest) in limits {
        check_length(&rules::CAM_012, field, text.as_ref(), longest, findings);
    }
}
