//! Infirmary: a clinic and hospital management system in one binary.
//!
//! The map of the house, from the bottom up. Within a domain, arrows run `pages → actions → queries → model`.

/// Who may do what: roles, the table of permissions, the acting person.
pub mod access;
/// Accounts: signing in, sessions, passwords, invitations, people.
pub mod accounts;
/// The whole web application at a glance.
pub mod app;
/// Appointments: free times, booking, its life cycle, the reception's day board.
pub mod appointments;
/// What was done and who looked.
pub mod audit;
/// What is to be paid.
pub mod billing;
/// What is known about a patient: allergies, conditions, medications, vital signs, the timeline.
pub mod chart;
/// One file per subcommand.
pub mod cli;
/// The numbers that people say and type.
pub mod codes;
/// Settings of the server, from flags, environment and a file.
pub mod config;
/// Files for spreadsheets.
pub mod csv;
/// Each role's home page.
pub mod dashboards;
/// The database: the only place that knows which engine runs.
pub mod db;
/// Departments: the exemplar domain.
pub mod departments;
/// The table of diagnosis codes, and finding one in it.
pub mod diagnosis_codes;
/// Doctors and their specializations.
pub mod doctors;
/// Uploaded files: reports, letters, pictures.
pub mod documents;
/// The consultation: symptoms, diagnoses, plan, notes, vital signs.
pub mod encounters;
/// The one error type.
pub mod error;
/// What patients say of their visits.
pub mod feedback;
/// The search on every page: codes open their records.
pub mod find;
/// Medicines, what they contain, and what does not go together.
pub mod medicines;
/// Money as integer minor units.
pub mod money;
/// What people are told within the product.
pub mod notifications;
/// What is printed or downloaded: one description, as a page and as a PDF file.
pub mod paper;
/// The registry of patients.
pub mod patients;
/// The pharmacy: stock, deliveries, stocktakes, dispensing.
pub mod pharmacy;
/// Prescriptions and test orders.
pub mod prescriptions;
/// What the books say: revenue, takings, receivables, the day book.
pub mod reports;
/// What is due by the clock, looked after while the server runs.
pub mod rounds;
/// The hours a doctor works.
pub mod schedule;
/// The hospital's own settings.
pub mod settings;
/// The hospital's wall clock.
pub mod time;
/// Between the browser and the domains.
pub mod web;
