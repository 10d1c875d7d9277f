//! Between this machine and a server: the proxy, and the trusted certificates.
#![expect(clippy::disallowed_methods, reason = "edge: the variables and files that configure proxies and TLS")]

use std::path::Path;

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;

/// Whether an address is that of this machine. Calls to it must not leave the machine.
pub fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    let name = host.trim_end_matches('.');
    name == "localhost"
        || name.ends_with(".localhost")
        || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

/// Host and port of the proxy that the environment sets for calls to an address. Always `None` for this machine and with
/// `NO_PROXY=*`.
pub fn proxy_for(url: &Url) -> Option<Box<str>> {
    let excluded = ["NO_PROXY", "no_proxy"].iter().filter_map(|name| std::env::var(name).ok());
    if is_loopback(url) || excluded.into_iter().any(|list| list.split(',').any(|item| item.trim() == "*")) {
        return None;
    }
    let proxy = Matcher::from_system().intercept(&url.as_str().parse().ok()?)?;
    // Without a username and password.
    let authority = proxy.uri().authority()?.as_str();
    Some(authority.rsplit_once('@').map_or(authority, |(_, host)| host).into())
}

/// Checks the certificates that the environment names. The error names the variable, the path and the cause: the TLS
/// library only reports that there are none.
pub fn check_certificates() -> Result<(), String> {
    if let Some(path) = std::env::var_os("SSL_CERT_FILE").filter(|path| !path.is_empty()) {
        check_bundle(Path::new(&path))
            .map_err(|cause| format!("SSL_CERT_FILE names {}: {cause}", Path::new(&path).display()))?;
    }
    if let Some(folders) = std::env::var_os("SSL_CERT_DIR").filter(|folders| !folders.is_empty()) {
        for folder in std::env::split_paths(&folders) {
            std::fs::read_dir(&folder).map_err(|error| format!("SSL_CERT_DIR names {}: {error}", folder.display()))?;
        }
    }
    Ok(())
}

fn check_bundle(path: &Path) -> Result<(), String> {
    if !std::fs::metadata(path).map_err(|error| error.to_string())?.is_file() {
        return Err("it is not a regular file".to_owned());
    }
    let mut certificates = CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())?;
    match certificates.next() {
        Some(Ok(_)) => Ok(()),
        Some(Err(error)) => Err(format!("its certificates cannot be read: {error}")),
        None => Err("it contains no certificate in PEM format".to_owned()),
    }
}

/// The help when [`check_certificates`] fails.
pub const CERTIFICATES_HELP: &str = "fix the variable, or unset it to use the certificates of this system";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_recognized_by_its_addresses() {
        for near in [
            "http://localhost:1",
            "http://LOCALHOST",
            "http://api.localhost",
            "http://127.0.0.1",
            "http://127.9.9.9:80",
            "http://127.1",
            "http://[::1]:8080",
            "http://[::ffff:127.0.0.1]",
        ] {
            assert!(is_loopback(&near.parse().unwrap()), "{near}");
        }
        for far in ["https://localhost.example", "https://128.0.0.1", "https://[::2]", "https://notlocalhost"] {
            assert!(!is_loopback(&far.parse().unwrap()), "{far}");
        }
    }

    #[test]
    fn an_unusable_bundle_is_reported_with_the_cause() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ca.pem");
        assert!(check_bundle(&path).unwrap_err().contains("No such file"));
        assert!(check_bundle(folder.path()).unwrap_err().contains("not a regular file"));
        std::fs::write(&path, "not a certificate").unwrap();
        assert!(check_bundle(&path).unwrap_err().contains("no certificate"));
        std::fs::write(&path, "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").unwrap();
        assert!(check_bundle(&path).is_ok());
    }
}
