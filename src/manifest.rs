//! YAML text to raw manifests with places.
