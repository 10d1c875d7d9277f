//! A workspace of a given size: users : applications : keys : the rest ≈ 2 : 3 : 4 : 1, 100 documents per file.

use std::fmt::Write;
use std::path::Path;

/// Documents per file.
const A_FILE: usize = 100;

/// Writes the workspace. The same size gives the same bytes.
pub(crate) fn workspace(folder: &Path, size: usize) {
    let documents = documents(size);
    for (index, chunk) in documents.chunks(A_FILE).enumerate() {
        std::fs::write(folder.join(format!("part-{index:05}.yaml")), chunk.join("---\n")).expect("a writable folder");
    }
}

fn documents(size: usize) -> Vec<String> {
    let (users, applications, keys) = (size * 2 / 10, size * 3 / 10, size * 4 / 10);
    let (packages, plans) = (size / 100, size * 4 / 100);
    let api_keys = size - users - applications - keys - packages - plans;
    let mut all = Vec::with_capacity(size);
    all.extend((0..packages).map(package));
    all.extend((0..plans).map(|index| plan(index, packages)));
    all.extend((0..users).map(user));
    all.extend((0..applications).map(|index| application(index, users)));
    all.extend((0..keys).map(|index| key(index, applications, users, packages)));
    all.extend((0..api_keys).map(api_key));
    all
}

fn document(kind: &str, name: &str, spec: &str) -> String {
    let mut text = String::with_capacity(320);
    write!(text, "apiVersion: keywright.dev/v1\nkind: {kind}\nmetadata:\n  name: {name}\nspec:\n{spec}")
        .expect("memory");
    text
}

fn package(index: usize) -> String {
    let spec = format!(
        "  description: Services of area {index} for partners and web shops\n  notifyAdminPeriod: day\n  nearQuotaThreshold: 80\n"
    );
    document("Package", &format!("package-{index:04}"), &spec)
}

/// Four plans per package; every package has `plan-0`.
fn plan(index: usize, packages: usize) -> String {
    let spec = format!(
        "  package: package-{:04}\n  maxNumKeysAllowed: 1000\n  throttle: {{perSecond: 20, keyOverride: true}}\n  quota: {{calls: 50000, per: day, keyOverride: true}}\n",
        index % packages
    );
    document("Plan", &format!("plan-{}", index / packages), &spec)
}

fn user(index: usize) -> String {
    let spec = format!(
        "  email: user-{index:06}@example.com\n  displayName: User number {index}\n  status: active\n  company: Example Company {}\n  countryCode: DE\n  phone: \"+49 30 555{index:06}\"\n",
        index % 97
    );
    document("User", &format!("user-{index:06}"), &spec)
}

fn application(index: usize, users: usize) -> String {
    let spec = format!(
        "  user: user-{:06}\n  description: Web checkout of shop {index}\n  commercial: true\n  tags: shop web\n  externalId: app-{index:06}\n",
        index % users
    );
    document("Application", &format!("application-{index:06}"), &spec)
}

fn key(index: usize, applications: usize, users: usize, packages: usize) -> String {
    let application = index % applications;
    // The second round of keys uses other packages, so that no slot has two.
    let package = (application + index / applications) % packages;
    let spec = format!(
        "  user: user-{:06}\n  application: application-{application:06}\n  package: package-{package:04}\n  plan: plan-0\n  key: {{generate: {{prefix: k{}_}}}}\n  settings: {{status: active, throttle: 10}}\n",
        application % users,
        index % 10
    );
    document("PackageKey", &format!("key-{index:06}"), &spec)
}

fn api_key(index: usize) -> String {
    let spec = "  enabled: true\n  allowedApis: [audit, management]\n  allowedOrgs: [ACME, \"id:41\"]\n  expires: 2027-06-30T00:00:00Z\n";
    document("ApiKey", &format!("transfer-{index:05}"), spec)
}
