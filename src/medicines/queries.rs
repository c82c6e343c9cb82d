//! SQL of the catalogue.

use std::collections::HashMap;

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::barcode;
use super::forms::MedicineInput;
use super::model::{Medicine, MedicineId};
use super::substances::model::SubstanceId;
use crate::db::fold::{begins, contains, fold};
use crate::db::schema::{medicine_substances, medicines, substances};
use crate::db::{DbConnection, MultiBackend};

/// What a list is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Words of the name, in any order.
    pub words: String,
    /// Whether those off the list are shown too.
    pub with_inactive: bool,
}

fn narrowed(filter: &Filter) -> medicines::BoxedQuery<'static, MultiBackend> {
    let mut query = medicines::table.into_boxed();
    if !filter.with_inactive {
        query = query.filter(medicines::is_active.eq(true));
    }
    for word in fold(&filter.words).split_whitespace().take(8) {
        query = query.filter(medicines::name_search.like(contains(word)).escape('\\'));
    }
    query
}

/// How many medicines the filter lets through.
pub fn count(db: &mut DbConnection, filter: &Filter) -> QueryResult<i64> {
    narrowed(filter).count().get_result(db)
}

/// The medicines that the filter lets through, by name.
pub fn list(db: &mut DbConnection, filter: &Filter, offset: i64, limit: i64) -> QueryResult<Vec<Medicine>> {
    narrowed(filter).order(medicines::name_key).offset(offset).limit(limit).select(Medicine::as_select()).load(db)
}

/// Whether the catalogue has no medicine at all.
pub fn is_empty(db: &mut DbConnection) -> QueryResult<bool> {
    diesel::select(diesel::dsl::not(diesel::dsl::exists(medicines::table.select(medicines::id)))).get_result(db)
}

/// A medicine.
pub fn find(db: &mut DbConnection, id: MedicineId) -> QueryResult<Medicine> {
    medicines::table.find(id).select(Medicine::as_select()).first(db)
}

/// The medicines with these ids.
pub fn of_ids(db: &mut DbConnection, ids: &[MedicineId]) -> QueryResult<Vec<Medicine>> {
    medicines::table.filter(medicines::id.eq_any(ids.to_vec())).select(Medicine::as_select()).load(db)
}

/// The medicines on the list that bear exactly these names, whatever their case and accents.
pub fn named(db: &mut DbConnection, names: &[&str]) -> QueryResult<Vec<(String, Medicine)>> {
    let keys: Vec<String> = names.iter().map(|name| fold(name)).collect();
    medicines::table
        .filter(medicines::is_active.eq(true))
        .filter(medicines::name_key.eq_any(keys))
        .select((medicines::name_key, Medicine::as_select()))
        .load(db)
}

/// The one medicine on the list that this typed name can only mean: the one that is named so, or the only one whose name
/// begins with it. `None` when there is none or several.
pub fn meant(db: &mut DbConnection, typed: &str) -> QueryResult<Option<Medicine>> {
    let key = fold(typed);
    if key.is_empty() {
        return Ok(None);
    }
    let mut found: Vec<(String, Medicine)> = medicines::table
        .filter(medicines::is_active.eq(true))
        .filter(medicines::name_key.like(begins(&key)).escape('\\'))
        .order(medicines::name_key)
        .limit(2)
        .select((medicines::name_key, Medicine::as_select()))
        .load(db)?;
    let is_clear = found.len() == 1 || found.first().is_some_and(|(name, _)| *name == key);
    Ok(if is_clear { Some(found.remove(0).1) } else { None })
}

/// The medicine on the list whose pack has this barcode.
pub fn scanned(db: &mut DbConnection, code: &str) -> QueryResult<Option<Medicine>> {
    let Ok(code) = barcode::read(code) else { return Ok(None) };
    if code.is_empty() {
        return Ok(None);
    }
    medicines::table
        .filter(medicines::is_active.eq(true))
        .filter(medicines::barcode.eq(code))
        .select(Medicine::as_select())
        .first(db)
        .optional()
}

/// The medicine whose pack has this barcode, on the list or off it.
pub fn of_barcode(db: &mut DbConnection, code: &str) -> QueryResult<Option<MedicineId>> {
    medicines::table.filter(medicines::barcode.eq(code)).select(medicines::id).first(db).optional()
}

/// [`scanned`], or else [`meant`]: what a field takes that people type and scanners fill.
pub fn meant_or_scanned(db: &mut DbConnection, typed: &str) -> QueryResult<Option<Medicine>> {
    match scanned(db, typed)? {
        Some(medicine) => Ok(Some(medicine)),
        None => meant(db, typed),
    }
}

/// The whole catalogue by name, on the list or off it, each medicine with the names of its substances.
pub fn whole(db: &mut DbConnection) -> QueryResult<Vec<(Medicine, Vec<String>)>> {
    let found: Vec<Medicine> = medicines::table.order(medicines::name_key).select(Medicine::as_select()).load(db)?;
    let contents: Vec<(MedicineId, String)> = medicine_substances::table
        .inner_join(substances::table)
        .order(substances::name_key)
        .select((medicine_substances::medicine_id, substances::name))
        .load(db)?;
    let mut of: HashMap<MedicineId, Vec<String>> = HashMap::new();
    for (id, name) in contents {
        of.entry(id).or_default().push(name);
    }
    Ok(found.into_iter().map(|medicine| (medicine.clone(), of.remove(&medicine.id).unwrap_or_default())).collect())
}

/// The names of all substances by the keys under which they are known.
pub fn substance_names(db: &mut DbConnection) -> QueryResult<HashMap<String, String>> {
    let found: Vec<(String, String)> = substances::table.select((substances::name_key, substances::name)).load(db)?;
    Ok(found.into_iter().collect())
}

/// The names of the substances in a medicine.
pub fn contents(db: &mut DbConnection, id: MedicineId) -> QueryResult<Vec<String>> {
    medicine_substances::table
        .inner_join(substances::table)
        .filter(medicine_substances::medicine_id.eq(id))
        .order(substances::name_key)
        .select(substances::name)
        .load(db)
}

/// Adds a medicine with what it contains.
pub fn insert(
    db: &mut DbConnection,
    input: &MedicineInput,
    contents: &[SubstanceId],
    now: NaiveDateTime,
) -> QueryResult<MedicineId> {
    let id = diesel::insert_into(medicines::table)
        .values((
            medicines::name.eq(&input.name),
            medicines::name_key.eq(fold(&input.name)),
            medicines::generic_name.eq(&input.generic_name),
            medicines::name_search.eq(input.search_text()),
            medicines::form.eq(&input.form),
            medicines::strength.eq(&input.strength),
            medicines::unit.eq(&input.unit),
            medicines::route.eq(&input.route),
            medicines::pack_size.eq(input.pack_size),
            medicines::price.eq(input.price),
            medicines::minimum_stock.eq(input.minimum_stock),
            medicines::strength_ng.eq(input.strength_ng),
            medicines::least_dose_ng.eq(input.least_dose_ng),
            medicines::most_dose_ng.eq(input.most_dose_ng),
            medicines::most_daily_ng.eq(input.most_daily_ng),
            medicines::is_active.eq(input.is_active),
            medicines::barcode.eq(&input.barcode),
            medicines::created_at.eq(now),
            medicines::updated_at.eq(now),
        ))
        .returning(medicines::id)
        .get_result(db)?;
    put_contents(db, id, contents)?;
    Ok(id)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: MedicineId,
    version: i32,
    input: &MedicineInput,
    contents: &[SubstanceId],
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(medicines::table.find(id).filter(medicines::version.eq(version)))
        .set((
            medicines::name.eq(&input.name),
            medicines::name_key.eq(fold(&input.name)),
            medicines::generic_name.eq(&input.generic_name),
            medicines::name_search.eq(input.search_text()),
            medicines::form.eq(&input.form),
            medicines::strength.eq(&input.strength),
            medicines::unit.eq(&input.unit),
            medicines::route.eq(&input.route),
            medicines::pack_size.eq(input.pack_size),
            medicines::price.eq(input.price),
            medicines::minimum_stock.eq(input.minimum_stock),
            medicines::strength_ng.eq(input.strength_ng),
            medicines::least_dose_ng.eq(input.least_dose_ng),
            medicines::most_dose_ng.eq(input.most_dose_ng),
            medicines::most_daily_ng.eq(input.most_daily_ng),
            medicines::is_active.eq(input.is_active),
            medicines::barcode.eq(&input.barcode),
            medicines::version.eq(version + 1),
            medicines::updated_at.eq(now),
        ))
        .execute(db)?;
    if changed != 1 {
        return Ok(false);
    }
    diesel::delete(medicine_substances::table.filter(medicine_substances::medicine_id.eq(id))).execute(db)?;
    put_contents(db, id, contents)?;
    Ok(true)
}

fn put_contents(db: &mut DbConnection, id: MedicineId, contents: &[SubstanceId]) -> QueryResult<()> {
    for substance in contents {
        diesel::insert_into(medicine_substances::table)
            .values((medicine_substances::medicine_id.eq(id), medicine_substances::substance_id.eq(substance)))
            .execute(db)?;
    }
    Ok(())
}
