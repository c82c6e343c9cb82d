//! What a demonstration has beside a made-up population: documents with real files, and results to read.

use chrono::{NaiveDateTime, TimeDelta};
use diesel::prelude::*;
use image::{DynamicImage, GrayImage, ImageFormat, Luma};

use crate::accounts::model::UserId;
use crate::db::schema::{doctors, encounters, test_results};
use crate::db::{Db, DbConnection};
use crate::documents::intake;
use crate::documents::model::DocumentKind;
use crate::documents::queries::{self, NewDocument};
use crate::documents::store::Store;
use crate::encounters::model::EncounterId;
use crate::error::AppError;
use crate::patients::model::PatientId;

/// How many results the demonstration's doctor finds unread.
const UNREAD: i64 = 4;

const LETTER: &str = "Riverside General Hospital\n\nDear colleague,\n\nthank you for sending this patient, who was seen in our \
    outpatient clinic.\n\nFindings: comfortable at rest, heart and lungs unremarkable, no swelling of the legs. The \
    electrocardiogram shows a sinus rhythm without acute changes.\n\nAssessment: no sign of an acute illness.\n\nWe \
    suggest to go on with the present medicines and to check the blood pressure at home.\n\nWith kind regards,\nthe \
    clinic\n";

const LIST: &str = "What I measured at home\n\nMonday     morning 138/86   evening 132/84\nTuesday    morning 141/88   \
    evening 134/82\nWednesday  morning 136/85   evening 130/80\nThursday   morning 133/84   evening 129/81\n";

/// A file of the demonstration.
struct Paper {
    name: &'static str,
    title: &'static str,
    kind: DocumentKind,
    content: Vec<u8>,
    from_patient: bool,
    days_ago: i64,
}

/// Adds documents to the record of the demonstration's patient, and leaves the doctor some results to read.
pub(super) fn add(
    db: &Db,
    files: &Store,
    (patient, patient_user): (PatientId, UserId),
    doctor: UserId,
    now: NaiveDateTime,
) -> Result<(), String> {
    let said = |e: AppError| e.to_string();
    let papers = [
        Paper {
            name: "hand-xray.png",
            title: "X-ray of the hand",
            kind: DocumentKind::Image,
            content: xray()?,
            from_patient: false,
            days_ago: 40,
        },
        Paper {
            name: "letter.txt",
            title: "Letter of the outpatient clinic",
            kind: DocumentKind::Letter,
            content: LETTER.as_bytes().to_vec(),
            from_patient: false,
            days_ago: 12,
        },
        Paper {
            name: "blood-pressure.txt",
            title: "Blood pressure at home",
            kind: DocumentKind::Report,
            content: LIST.as_bytes().to_vec(),
            from_patient: true,
            days_ago: 2,
        },
    ];
    for paper in papers {
        let taken = intake::take(paper.name, &paper.content)?;
        let name = files.put(&taken.content).map_err(|e| format!("demo-documents: {e}"))?;
        let at = now - TimeDelta::days(paper.days_ago);
        let new = NewDocument {
            patient,
            encounter: None,
            test_order: None,
            kind: paper.kind,
            title: paper.title.to_owned(),
            file_name: taken.file_name,
            media_type: taken.media_type,
            bytes: i64::try_from(taken.content.len()).unwrap_or(i64::MAX),
            sha256: taken.sha256,
            storage_name: name.clone(),
            from_patient: paper.from_patient,
            author: Some(if paper.from_patient { patient_user } else { doctor }),
        };
        db.write_now(move |db| {
            let visit = if new.from_patient { None } else { last_visit(db, patient, at)? };
            let new = match visit {
                Some((encounter, author)) => {
                    NewDocument { encounter: Some(encounter), author: Some(author), ..new.clone() }
                }
                None => new.clone(),
            };
            Ok(queries::insert(db, &new, at)?)
        })
        .map_err(said)?;
        files.settle(&name).map_err(|e| format!("demo-documents: {e}"))?;
    }
    db.write_now(move |db| leave_unread(db, doctor)).map_err(said)
}

/// The patient's last signed visit before then, and its doctor.
fn last_visit(
    db: &mut DbConnection,
    patient: PatientId,
    before: NaiveDateTime,
) -> QueryResult<Option<(EncounterId, UserId)>> {
    encounters::table
        .inner_join(doctors::table)
        .filter(encounters::patient_id.eq(patient))
        .filter(encounters::status.eq("signed"))
        .filter(encounters::created_at.lt(before))
        .order(encounters::id.desc())
        .select((encounters::id, doctors::user_id))
        .first(db)
        .optional()
}

/// The doctor's latest results are still to be read.
fn leave_unread(db: &mut DbConnection, doctor: UserId) -> Result<(), AppError> {
    let own: i64 = doctors::table.filter(doctors::user_id.eq(doctor)).select(doctors::id).first(db)?;
    let latest: Vec<i64> = test_results::table
        .filter(test_results::doctor_id.eq(own))
        .order((test_results::resulted_at.desc(), test_results::id.desc()))
        .limit(UNREAD)
        .select(test_results::id)
        .load(db)?;
    diesel::update(test_results::table.filter(test_results::id.eq_any(latest)))
        .set((
            test_results::reviewed_at.eq(None::<NaiveDateTime>),
            test_results::reviewed_by.eq(None::<UserId>),
            test_results::note_to_patient.eq(""),
        ))
        .execute(db)?;
    Ok(())
}

/// Bones as a child draws them, in the greys of an X-ray: five rays from a palm.
fn xray() -> Result<Vec<u8>, String> {
    // Each bone from one point to another, and half its width.
    const BONES: [(f32, f32, f32, f32, f32); 16] = [
        (190.0, 560.0, 200.0, 690.0, 26.0),
        (270.0, 560.0, 265.0, 690.0, 22.0),
        (150.0, 520.0, 105.0, 440.0, 15.0),
        (100.0, 425.0, 70.0, 365.0, 12.0),
        (185.0, 500.0, 165.0, 350.0, 14.0),
        (163.0, 335.0, 152.0, 250.0, 12.0),
        (150.0, 238.0, 143.0, 180.0, 10.0),
        (225.0, 500.0, 222.0, 335.0, 14.0),
        (221.0, 320.0, 219.0, 225.0, 12.0),
        (219.0, 212.0, 218.0, 145.0, 10.0),
        (265.0, 505.0, 275.0, 350.0, 13.0),
        (276.0, 336.0, 283.0, 245.0, 11.0),
        (284.0, 232.0, 289.0, 172.0, 9.0),
        (300.0, 515.0, 326.0, 390.0, 12.0),
        (328.0, 376.0, 340.0, 305.0, 10.0),
        (342.0, 293.0, 350.0, 245.0, 8.0),
    ];
    let picture = GrayImage::from_fn(440, 720, |x, y| {
        let (x, y) = (x as f32, y as f32);
        let nearest = BONES.iter().fold(f32::MAX, |nearest, &(ax, ay, bx, by, width)| {
            let (dx, dy) = (bx - ax, by - ay);
            let along = (((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)).clamp(0.0, 1.0);
            nearest.min((x - ax - along * dx).hypot(y - ay - along * dy) - width)
        });
        // Bright at the edge of a bone, paler inside, a glow of flesh around it, and dark beyond.
        let light = match nearest {
            d if d < -4.0 => 176.0 - (d + 4.0).abs().min(12.0) * 1.5,
            d if d < 0.0 => 214.0,
            d if d < 34.0 => 74.0 - d,
            d => (46.0 - d).max(14.0),
        };
        Luma([light.clamp(0.0, 255.0) as u8])
    });
    let mut png = std::io::Cursor::new(Vec::new());
    DynamicImage::ImageLuma8(picture).write_to(&mut png, ImageFormat::Png).map_err(|e| e.to_string())?;
    Ok(png.into_inner())
}
