//! The people of the sample site. None of them exists.

/// Who signs in on the device.
pub const OFFICER: &str = "Dana Reyes";

/// The officer's password on this machine's sample device, and nowhere else.
pub const PASSWORD: &str = "lantern orchard violet rain";

/// The site's policy: a pack that every build carries.
pub const PACK: &str = "md-baltimore-2017";

/// Name, role, agency.
pub const PEOPLE: &[(&str, &str, Option<&str>)] = &[
    (OFFICER, "officer", Some("sample-pd")),
    ("Luis Ortega", "sergeant", Some("sample-pd")),
    ("Maya Brooks", "peer_specialist", None),
    ("Jordan Ellis", "case_manager", None),
    ("Priya Nair", "supervisor", None),
    ("Sam Whitfield", "prosecutor_liaison", None),
    ("Alex Kim", "project_manager", None),
    ("Terry Cole", "site_admin", None),
];
