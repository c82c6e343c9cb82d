//! What comes to a record from outside of visits: results of tests, and documents.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Window, doctor_names, join};
use crate::access::Actor;
use crate::chart::record::Names;
use crate::chart::timeline::model::{Event, Kind, Place, State};
use crate::db::DbConnection;
use crate::db::schema::{documents, test_orders, test_result_values, test_results};
use crate::documents::model::{Document, DocumentStatus};
use crate::patients::model::PatientId;
use crate::prescriptions::results::model::{Flag, ResultId, TestOrderId, TestResult, worst};
use crate::{documents as files, prescriptions as prescribing};

/// The results that count; a patient is told of those that a doctor has read.
pub(super) fn results(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    window: Window,
) -> QueryResult<Vec<Event>> {
    let of_patient = prescribing::results::queries::results_of_patient(actor, patient);
    let (at, id) = (test_results::resulted_at, test_results::id);
    let found: Vec<TestResult> = of_patient
        .filter(at.ge(window.from))
        .filter(at.lt(window.to).or(at.eq(window.to).and(id.lt(window.ids_below(Kind::Result)))))
        .order((at.desc(), id.desc()))
        .limit(window.limit)
        .select(TestResult::as_select())
        .load(db)?;
    let orders: Vec<TestOrderId> = found.iter().map(|r| r.test_order_id).collect();
    let tests: HashMap<TestOrderId, String> = test_orders::table
        .filter(test_orders::id.eq_any(orders))
        .select((test_orders::id, test_orders::test))
        .load(db)?
        .into_iter()
        .collect();
    let ids: Vec<ResultId> = found.iter().map(|r| r.id).collect();
    let flags: Vec<(ResultId, Flag)> = test_result_values::table
        .filter(test_result_values::test_result_id.eq_any(ids))
        .select((test_result_values::test_result_id, test_result_values::flag))
        .load(db)?;
    let doctors = doctor_names(db, found.iter().map(|r| r.doctor_id))?;
    let event = |result: TestResult| {
        let flag = worst(flags.iter().filter(|(of, _)| *of == result.id).map(|(_, flag)| *flag));
        let state = if !result.is_reviewed() {
            Some(State { kind: "violet", icon: "inbox", words: "Unread" })
        } else if flag.is_abnormal() {
            Some(State { kind: flag.kind(), icon: flag.icon(), words: flag.label() })
        } else {
            None
        };
        let ordered = doctors.get(&result.doctor_id).map(|name| format!("ordered by {name}")).unwrap_or_default();
        Event {
            place: Place { at: result.resulted_at, kind: Kind::Result, id: result.id.0 },
            title: tests.get(&result.test_order_id).cloned().unwrap_or_default(),
            text: join(&[&ordered, result.conclusion.lines().next().unwrap_or_default()]),
            href: Some(format!("/test-orders/{}", result.test_order_id)),
            state,
        }
    };
    Ok(found.into_iter().map(event).collect())
}

/// The documents that count.
pub(super) fn documents(
    db: &mut DbConnection,
    actor: &Actor,
    patient: PatientId,
    window: Window,
) -> QueryResult<Vec<Event>> {
    let of_patient = files::queries::visible_to(actor)
        .filter(documents::patient_id.eq(patient))
        .filter(documents::status.eq(DocumentStatus::Current));
    let (at, id) = (documents::uploaded_at, documents::id);
    let found: Vec<Document> = of_patient
        .filter(at.ge(window.from))
        .filter(at.lt(window.to).or(at.eq(window.to).and(id.lt(window.ids_below(Kind::Document)))))
        .order((at.desc(), id.desc()))
        .limit(window.limit)
        .select(Document::as_select())
        .load(db)?;
    let names = Names::load(db, found.iter().map(|d| d.author_id))?;
    let event = |document: Document| Event {
        place: Place { at: document.uploaded_at, kind: Kind::Document, id: document.id.0 },
        text: join(&[document.kind.label(), &names.of(document.author_id)]),
        href: Some(format!("/documents/{}", document.id)),
        state: document.from_patient.then_some(State { kind: "violet", icon: "user", words: "From the patient" }),
        title: document.title,
    };
    Ok(found.into_iter().map(event).collect())
}
