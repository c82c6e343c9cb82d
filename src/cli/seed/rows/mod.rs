//! The rows that a made-up hospital consists of, table by table, as they are written in bulk.
//!
//! Diesel keeps the types of a COPY to itself, so how a row is written cannot be said once for all tables.

mod chart;
mod papers;
mod people;
mod pharmacy;
mod visits;

pub(super) use chart::{Allergy, Condition, NoneKnown, Told, Vitals};
pub(super) use papers::{Medication, Prescription, TestOrder};
pub(super) use people::{Doctor, DoctorSpecialization, Exception, Hours, Patient, User};
pub(super) use pharmacy::{Charge, Decline, Dispensing, Item, Movement};
pub(super) use visits::{Appointment, Diagnosis, Encounter, Event};
