//! A person's own grants and denials over what their role may, as they are stored on the account (JSON):
//! `{"grant": [{"permission": "SeeBills", "reason": "Stands in for accounts", "until": "2026-12-31T22:59:59"}], "deny": []}`.
//! A bare name stands for one without reason and end.

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::Permission;

/// What a person may, or may not, differently from their role.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(default)]
pub struct Exceptions {
    pub grant: Vec<Exception>,
    pub deny: Vec<Exception>,
}

/// One grant or denial.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(from = "Stored")]
pub struct Exception {
    /// The permission's name; one that this version does not know is kept, and means nothing.
    pub permission: String,
    pub reason: String,
    /// The last moment at which it holds, in UTC; none for good.
    pub until: Option<NaiveDateTime>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Name(String),
    Full {
        permission: String,
        #[serde(default)]
        reason: String,
        #[serde(default)]
        until: Option<NaiveDateTime>,
    },
}

impl From<Stored> for Exception {
    fn from(stored: Stored) -> Self {
        match stored {
            Stored::Name(permission) => Self { permission, reason: String::new(), until: None },
            Stored::Full { permission, reason, until } => Self { permission, reason, until },
        }
    }
}

impl Exception {
    /// Whether it is of this permission.
    pub fn is_of(&self, permission: Permission) -> bool {
        let name: &'static str = permission.into();
        self.permission == name
    }

    /// Whether it holds at this moment, in UTC.
    pub fn holds(&self, now: NaiveDateTime) -> bool {
        self.until.is_none_or(|until| now <= until)
    }
}

impl Exceptions {
    /// Reads what is stored. What cannot be read grants and denies nothing, and is logged.
    pub fn read(json: &str) -> Self {
        serde_json::from_str(json).unwrap_or_else(|error| {
            log::error!("a person's own permissions cannot be read and are left out: {error}");
            Self::default()
        })
    }

    /// The form in which they are stored.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_else(|_| "{}".to_owned())
    }

    /// The grant of a permission that holds now.
    pub fn grant_of(&self, permission: Permission, now: NaiveDateTime) -> Option<&Exception> {
        self.grant.iter().find(|own| own.is_of(permission) && own.holds(now))
    }

    /// The denial of a permission that holds now.
    pub fn denial_of(&self, permission: Permission, now: NaiveDateTime) -> Option<&Exception> {
        self.deny.iter().find(|own| own.is_of(permission) && own.holds(now))
    }

    /// Takes back whatever there is about a permission; whether there was anything.
    pub fn remove(&mut self, permission: Permission) -> bool {
        let before = self.grant.len() + self.deny.len();
        self.grant.retain(|own| !own.is_of(permission));
        self.deny.retain(|own| !own.is_of(permission));
        before != self.grant.len() + self.deny.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_is_read_as_it_was_with_and_without_reasons() {
        let old = Exceptions::read(r#"{"grant":["SeeAudit"],"deny":[{"permission":"SeeBoard"}]}"#);
        assert!(old.grant[0].is_of(Permission::SeeAudit) && old.deny[0].is_of(Permission::SeeBoard));
        let until = "2026-12-31T22:59:59".parse().expect("a moment");
        let full = Exceptions {
            grant: vec![Exception {
                permission: "SeeBills".to_owned(),
                reason: "Stands in".to_owned(),
                until: Some(until),
            }],
            deny: Vec::new(),
        };
        assert_eq!(Exceptions::read(&full.to_json()), full);
        assert_eq!(Exceptions::read("not json"), Exceptions::default());
        assert_eq!(Exceptions::read("{}"), Exceptions::default());
    }

    #[test]
    fn an_exception_ends() {
        let until = "2026-12-31T22:59:59".parse().expect("a moment");
        let own = Exception { permission: "SeeBills".to_owned(), reason: String::new(), until: Some(until) };
        assert!(own.holds(until));
        assert!(!own.holds(until + chrono::TimeDelta::seconds(1)));
    }
}
