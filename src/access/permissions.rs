//! The table of permissions: what each is for, and which roles have it by default.
//!
//! `permissions!` makes of it the [`Permission`] enum and one type per permission in [`can`], which a handler names in
//! its signature: `Cx<can::ManageDepartments>`.

use chrono::NaiveDateTime;

use super::Role::{self, Accountant, Admin, BillingManager, Doctor, Patient, Pharmacist, Receptionist};
use super::exceptions::Exceptions;

/// What a request needs before its handler runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: anybody may ask.
    Nothing,
    /// A hospital that is not set up yet.
    FreshHospital,
    /// Anybody who is signed in.
    SignIn,
    /// A permission.
    Permission(Permission),
}

/// A type that stands for [`Needs`] in a handler's signature.
pub trait Requirement: 'static {
    const NEEDS: Needs;
}

macro_rules! permissions {
    ($($(#[doc = $doc:literal])+ $name:ident: [$($role:ident),*];)+) => {
        /// One thing that a person may or may not do.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::EnumString)]
        pub enum Permission {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Permission {
            /// Every permission, in the order of the table.
            pub const ALL: &[Permission] = &[$(Permission::$name),+];

            /// The roles that have it by default.
            pub fn default_roles(self) -> &'static [Role] {
                match self { $(Permission::$name => &[$($role),*],)+ }
            }

            /// What it allows, in a sentence for administrators.
            pub fn description(self) -> &'static str {
                match self { $(Permission::$name => concat!($($doc),+).trim_ascii(),)+ }
            }
        }

        /// One type per permission, and those that need none. A handler's `Cx<…>` names one.
        pub mod can {
            use super::{Needs, Permission, Requirement};

            /// Anybody, signed in or not.
            pub struct Public;
            impl Requirement for Public { const NEEDS: Needs = Needs::Nothing; }

            /// Anybody, as long as the hospital is not set up.
            pub struct SetUp;
            impl Requirement for SetUp { const NEEDS: Needs = Needs::FreshHospital; }

            /// Anybody who is signed in: their own account.
            pub struct SignedIn;
            impl Requirement for SignedIn { const NEEDS: Needs = Needs::SignIn; }

            $($(#[doc = $doc])+ pub struct $name;
            impl Requirement for $name { const NEEDS: Needs = Needs::Permission(Permission::$name); })+
        }
    };
}

permissions! {
    /// Invite, find, edit and disable people, and change their roles.
    ManageUsers: [Admin];
    /// Change the hospital's settings.
    ManageSettings: [Admin];
    /// Read the audit log and the administrators' actions.
    SeeAudit: [Admin];
    /// See who looked at a record: patients at their own.
    SeeWhoLooked: [Admin, Patient];

    /// See departments and specializations.
    SeeDepartments: [Admin, Receptionist, Doctor, Patient];
    /// Add, edit and remove departments and specializations.
    ManageDepartments: [Admin];
    /// See the doctors.
    SeeDoctors: [Admin, Receptionist, Doctor, Patient];
    /// Add and edit doctors.
    ManageDoctors: [Admin];
    /// See the hours that doctors work: doctors their own.
    SeeSchedules: [Admin, Receptionist, Doctor];
    /// Change hours and exceptions: doctors their own, administrators everybody's.
    ManageSchedules: [Admin, Doctor];

    /// Find patients and see who they are: doctors those they care for.
    SeePatients: [Admin, Receptionist, Doctor];
    /// Open a patient's record: doctors of those they care for, patients their own.
    SeeRecords: [Admin, Receptionist, Doctor, Patient];
    /// Register patients and invite them to sign in.
    RegisterPatients: [Admin, Receptionist];
    /// Edit who a patient is: doctors those they care for.
    EditPatients: [Admin, Receptionist, Doctor];
    /// See and keep up one's own record as a patient.
    OwnRecord: [Patient];

    /// See the reception's day board.
    SeeBoard: [Admin, Receptionist];
    /// See appointments: doctors and patients their own.
    SeeAppointments: [Admin, Receptionist, Doctor, Accountant, BillingManager, Patient];
    /// Book, confirm, check in, move and cancel appointments for anyone.
    ManageAppointments: [Admin, Receptionist];
    /// Book, move and cancel one's own appointments as a patient.
    BookOwn: [Patient];
    /// See one's own patients of the day, start and complete their visits, book follow-ups.
    ConductVisits: [Doctor];

    /// See the contact and allergies banner of a patient.
    SeeBanner: [Receptionist, Doctor];
    /// Read a patient's chart and visits: doctors of those they care for, patients their own once signed.
    ReadChart: [Doctor, Patient];
    /// Write a patient's chart: allergies, conditions, medicines and vital signs of those they care for.
    WriteChart: [Doctor];
    /// Search the table of diagnosis codes and see which edition is in force.
    SeeDiagnosisCodes: [Admin, Doctor];
    /// Open somebody else's patient's record with a reason.
    BreakGlass: [Admin, Doctor];
    /// Write and sign consultations.
    WriteEncounters: [Doctor];
    /// Write, submit and cancel one's own prescriptions and test orders.
    WritePrescriptions: [Doctor];
    /// See submitted prescriptions: doctors and patients their own, the desk and the pharmacy all.
    SeePrescriptions: [Receptionist, Doctor, Pharmacist, Patient];
    /// Dispense, decline and label prescriptions.
    DispensePrescriptions: [Pharmacist];

    /// See medicines with prices and stock.
    SeeMedicines: [Admin, Doctor, Pharmacist, Accountant, BillingManager];
    /// Edit the catalogue, receive, count and adjust stock.
    ManageStock: [Admin, Pharmacist];

    /// See bills and payments: patients their own.
    SeeBills: [Admin, Accountant, BillingManager, Patient];
    /// Take payments.
    TakePayments: [Receptionist, Accountant, BillingManager];
    /// Issue bills.
    ManageBills: [Accountant, BillingManager];
    /// Give discounts, refunds, credit notes, and void bills.
    CorrectBills: [BillingManager];
    /// See revenue and receivables.
    SeeFinancialReports: [Admin, Accountant, BillingManager];

    /// See a patient's documents: doctors of those they care for, patients their own.
    SeeDocuments: [Doctor, Patient];
    /// Upload documents.
    UploadDocuments: [Receptionist, Doctor, Patient];

    /// Read how patients rate their visits, and what they say.
    SeeFeedback: [Admin];
}

/// The permissions that a person holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PermissionSet(u64);

impl PermissionSet {
    /// What a role may by default.
    pub fn of_role(role: Role) -> Self {
        Self::of(role, &Exceptions::default(), NaiveDateTime::MIN)
    }

    /// The role's defaults with the person's own grants and denials that hold now (UTC) over them; a denial wins.
    pub fn of(role: Role, own: &Exceptions, now: NaiveDateTime) -> Self {
        let mut set = Self::default();
        for &permission in Permission::ALL {
            let is_granted = permission.default_roles().contains(&role) || own.grant_of(permission, now).is_some();
            if is_granted && own.denial_of(permission, now).is_none() {
                set.0 |= 1 << permission as u64;
            }
        }
        set
    }

    /// Whether the permission is among them.
    pub fn has(self, permission: Permission) -> bool {
        self.0 & (1 << permission as u64) != 0
    }
}

// The set is one word; the table may not outgrow it unnoticed.
const _: () = assert!(Permission::ALL.len() <= 64);

#[cfg(test)]
mod tests {
    use super::*;

    fn set(role: Role, own: &str) -> PermissionSet {
        PermissionSet::of(role, &Exceptions::read(own), NaiveDateTime::MIN)
    }

    #[test]
    fn a_denial_wins_over_a_grant_and_over_the_role() {
        let set = set(Receptionist, r#"{"grant":["SeeAudit","SeeBills"],"deny":["SeeBills","SeeBoard"]}"#);
        assert!(set.has(Permission::SeeAudit));
        assert!(!set.has(Permission::SeeBills));
        assert!(!set.has(Permission::SeeBoard));
        assert!(set.has(Permission::RegisterPatients));
    }

    #[test]
    fn unreadable_overrides_leave_the_defaults() {
        let set = set(Pharmacist, "not json");
        assert!(set.has(Permission::DispensePrescriptions));
        assert!(!set.has(Permission::ManageUsers));
        assert_eq!(set, PermissionSet::of_role(Pharmacist));
    }
}
