//! What a document is (FHIR's DocumentReference).

use chrono::NaiveDateTime;
use derive_more::{Display, From};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::prelude::*;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Text;
use diesel_derive_newtype::DieselNewType;

use crate::access::{Actor, Permission};
use crate::accounts::model::UserId;
use crate::db::schema::documents;
use crate::db::text;
use crate::encounters::model::EncounterId;
use crate::patients::model::PatientId;
use crate::prescriptions::results::model::TestOrderId;

/// The id of a document.
#[derive(Clone, Copy, Debug, Display, From, PartialEq, Eq, Hash, PartialOrd, Ord, DieselNewType)]
pub struct DocumentId(pub i64);

impl From<DocumentId> for i64 {
    fn from(id: DocumentId) -> Self {
        id.0
    }
}

/// What sort of document it is.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    AsExpression,
    FromSqlRow,
    strum::IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum DocumentKind {
    Report,
    Laboratory,
    Image,
    Letter,
    Prescription,
    Consent,
    Other,
}

impl DocumentKind {
    /// The kind as it is stored and sent in forms.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The kind as people read it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Report => "Report",
            Self::Laboratory => "Laboratory result",
            Self::Image => "Picture or scan",
            Self::Letter => "Letter",
            Self::Prescription => "Prescription",
            Self::Consent => "Consent",
            Self::Other => "Something else",
        }
    }

    /// The shape of its mark.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Report => "report-medical",
            Self::Laboratory => "microscope",
            Self::Image => "photo",
            Self::Letter => "mail",
            Self::Prescription => "prescription",
            Self::Consent => "signature",
            Self::Other => "file",
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for DocumentKind
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for DocumentKind
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// What the content of a file is. Nothing else is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
pub enum MediaType {
    #[strum(serialize = "application/pdf")]
    Pdf,
    #[strum(serialize = "image/png")]
    Png,
    #[strum(serialize = "image/jpeg")]
    Jpeg,
    #[strum(serialize = "text/plain")]
    Text,
}

impl MediaType {
    /// The type as it is stored.
    pub fn as_str(self) -> &'static str {
        self.into()
    }

    /// The header with which it is sent.
    pub fn header(self) -> &'static str {
        match self {
            Self::Text => "text/plain; charset=utf-8",
            other => other.as_str(),
        }
    }

    /// The type as people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Pdf => "PDF",
            Self::Png => "PNG picture",
            Self::Jpeg => "JPEG picture",
            Self::Text => "Text",
        }
    }

    /// Whether browsers show it as a picture: one that we encoded ourselves.
    pub fn is_image(self) -> bool {
        matches!(self, Self::Png | Self::Jpeg)
    }

    /// The endings of names that go with it, in lower case; the first is given to a name without one.
    pub fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Pdf => &["pdf"],
            Self::Png => &["png"],
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Text => &["txt", "text"],
        }
    }
}

impl<DB: Backend> ToSql<Text, DB> for MediaType
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for MediaType
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// Whether a document counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, AsExpression, FromSqlRow, strum::IntoStaticStr, strum::EnumString)]
#[diesel(sql_type = Text)]
#[strum(serialize_all = "snake_case")]
pub enum DocumentStatus {
    Current,
    EnteredInError,
}

impl<DB: Backend> ToSql<Text, DB> for DocumentStatus
where
    str: ToSql<Text, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        text::write(self, out)
    }
}

impl<DB: Backend> FromSql<Text, DB> for DocumentStatus
where
    String: FromSql<Text, DB>,
{
    fn from_sql(raw: DB::RawValue<'_>) -> deserialize::Result<Self> {
        text::read::<Self, DB>(raw)
    }
}

/// A document as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = documents)]
pub struct Document {
    pub id: DocumentId,
    pub patient_id: PatientId,
    /// The visit that it belongs to.
    pub encounter_id: Option<EncounterId>,
    /// The test whose report it is.
    pub test_order_id: Option<TestOrderId>,
    pub kind: DocumentKind,
    pub title: String,
    /// What the browser called it, made harmless; only shown.
    pub file_name: String,
    pub media_type: MediaType,
    /// Of what is stored.
    pub bytes: i64,
    /// Of what is stored, in hexadecimal digits.
    pub sha256: String,
    /// Where the bytes lie (`store`).
    pub storage_name: String,
    /// Whether the patient uploaded it.
    pub from_patient: bool,
    pub author_id: Option<UserId>,
    /// In UTC.
    pub uploaded_at: NaiveDateTime,
    pub status: DocumentStatus,
    pub entered_in_error_at: Option<NaiveDateTime>,
    pub entered_in_error_by: Option<UserId>,
    pub entered_in_error_reason: String,
    pub version: i32,
}

impl Document {
    /// Whether it was marked as entered in error.
    pub fn is_wrong(&self) -> bool {
        self.status == DocumentStatus::EnteredInError
    }

    /// Whether the person, who sees it, may change what is said of it: those who write the chart, and patients what
    /// they uploaded themselves.
    pub fn may_be_changed_by(&self, actor: &Actor) -> bool {
        let is_own = self.from_patient && self.author_id == Some(actor.user_id);
        !self.is_wrong() && actor.may(Permission::UploadDocuments) && (is_own || actor.may(Permission::WriteChart))
    }

    /// `1.4 MB`.
    pub fn size(&self) -> String {
        size_text(self.bytes)
    }
}

/// A document with the names of those who had to do with it.
#[derive(Clone, Debug)]
pub struct DocumentRow {
    pub document: Document,
    /// Who uploaded it; empty for the system.
    pub author: String,
    /// Who marked it as entered in error; empty when nobody has.
    pub wrong_by: String,
}

/// How large something is, as people say it.
pub fn size_text(bytes: i64) -> String {
    const KB: i64 = 1024;
    const MB: i64 = 1024 * KB;
    match bytes {
        ..KB => format!("{bytes} bytes"),
        KB..MB => format!("{} KB", bytes / KB),
        _ => format!("{}.{} MB", bytes / MB, bytes % MB * 10 / MB),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_said_as_people_say_them() {
        assert_eq!(size_text(12), "12 bytes");
        assert_eq!(size_text(2047), "1 KB");
        assert_eq!(size_text(1_572_864), "1.5 MB");
    }
}
