//! The pages of one patient's record, each at its own address.

use super::model::PatientId;
use crate::access::{Actor, Permission};

/// A page of the record; `patients/tabs.html` marks the one that is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tab {
    Overview,
    Chart,
    Vitals,
    Timeline,
    Visits,
    Prescriptions,
    Tests,
    Documents,
    Appointments,
    Bills,
    Deposit,
    Details,
}

/// A tab as the template shows it.
#[derive(Clone, Debug)]
pub struct TabLink {
    pub tab: Tab,
    pub label: &'static str,
    pub icon: &'static str,
    pub href: String,
}

impl Tab {
    const ALL: [Self; 12] = [
        Self::Overview,
        Self::Chart,
        Self::Vitals,
        Self::Timeline,
        Self::Visits,
        Self::Prescriptions,
        Self::Tests,
        Self::Documents,
        Self::Appointments,
        Self::Bills,
        Self::Deposit,
        Self::Details,
    ];

    /// Whether the person may open this page of a record in their scope.
    fn is_open_to(self, actor: &Actor) -> bool {
        match self {
            Self::Overview | Self::Details => true,
            Self::Chart | Self::Vitals | Self::Timeline | Self::Visits => actor.may(Permission::ReadChart),
            Self::Prescriptions => actor.may(Permission::SeePrescriptions),
            Self::Tests => actor.may(Permission::ReadChart) && actor.may(Permission::SeePrescriptions),
            // Who only brings documents in has the form on it.
            Self::Documents => actor.may(Permission::SeeDocuments) || actor.may(Permission::UploadDocuments),
            Self::Appointments => actor.may(Permission::SeeAppointments),
            Self::Bills => actor.may(Permission::SeeBills),
            Self::Deposit => actor.may(Permission::TakePayments),
        }
    }

    fn link(self, id: PatientId) -> TabLink {
        let (label, icon, below) = match self {
            Self::Overview => ("Overview", "user", ""),
            Self::Chart => ("Chart", "clipboard-heart", "/chart"),
            Self::Vitals => ("Vitals", "heart-rate-monitor", "/vitals"),
            Self::Timeline => ("Timeline", "history", "/timeline"),
            Self::Visits => ("Visits", "stethoscope", "/visits"),
            Self::Prescriptions => ("Prescriptions", "prescription", "/prescriptions"),
            Self::Tests => ("Tests", "test-pipe", "/tests"),
            Self::Documents => ("Documents", "folder", "/documents"),
            Self::Appointments => ("Appointments", "calendar-event", "/appointments"),
            Self::Bills => ("Bills", "receipt", "/bills"),
            Self::Deposit => ("Deposit", "wallet", "/deposits"),
            Self::Details => ("Details", "id", "/details"),
        };
        TabLink { tab: self, label, icon, href: format!("/patients/{id}{below}") }
    }
}

/// The pages of this record that the person may open.
pub fn tabs(actor: &Actor, id: PatientId) -> Vec<TabLink> {
    Tab::ALL.into_iter().filter(|tab| tab.is_open_to(actor)).map(|tab| tab.link(id)).collect()
}
