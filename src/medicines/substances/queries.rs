//! SQL of substances.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::SubstanceInput;
use super::model::{GroupKind, Substance, SubstanceId, SubstanceRow};
use crate::db::fold::{contains, fold};
use crate::db::schema::{substance_groups, substances};
use crate::db::{DbConnection, MultiBackend};

type Group = (SubstanceId, GroupKind, String);

fn with_groups(db: &mut DbConnection, found: Vec<Substance>) -> QueryResult<Vec<SubstanceRow>> {
    let ids: Vec<SubstanceId> = found.iter().map(|s| s.id).collect();
    let groups: Vec<Group> = substance_groups::table
        .filter(substance_groups::substance_id.eq_any(ids))
        .order(substance_groups::id)
        .select((substance_groups::substance_id, substance_groups::kind, substance_groups::name))
        .load(db)?;
    let list = |id: SubstanceId, kind: GroupKind| {
        let names = groups.iter().filter(|(of, k, _)| *of == id && *k == kind).map(|(_, _, name)| name.as_str());
        names.collect::<Vec<_>>().join(", ")
    };
    let row = |substance: Substance| SubstanceRow {
        classes: list(substance.id, GroupKind::Class),
        cross_reactive: list(substance.id, GroupKind::CrossReactive),
        properties: list(substance.id, GroupKind::Property),
        substance,
    };
    Ok(found.into_iter().map(row).collect())
}

fn wanted(words: &str) -> substances::BoxedQuery<'static, MultiBackend> {
    let mut query = substances::table.into_boxed();
    for word in fold(words).split_whitespace().take(8) {
        let in_group = substance_groups::table
            .filter(substance_groups::name_key.like(contains(word)).escape('\\'))
            .select(substance_groups::substance_id);
        query = query.filter(
            substances::name_key
                .like(contains(word))
                .escape('\\')
                .or(substances::other_names.like(contains(word)).escape('\\'))
                .or(substances::id.eq_any(in_group)),
        );
    }
    query
}

/// How many substances have these words in their names or groups.
pub fn count(db: &mut DbConnection, words: &str) -> QueryResult<i64> {
    wanted(words).count().get_result(db)
}

/// The substances that have these words in their names or groups, by name.
pub fn list(db: &mut DbConnection, words: &str, offset: i64, limit: i64) -> QueryResult<Vec<SubstanceRow>> {
    let found = wanted(words)
        .order(substances::name_key)
        .offset(offset)
        .limit(limit)
        .select(Substance::as_select())
        .load(db)?;
    with_groups(db, found)
}

/// A substance with its groups.
pub fn find(db: &mut DbConnection, id: SubstanceId) -> QueryResult<SubstanceRow> {
    let substance = substances::table.find(id).select(Substance::as_select()).first(db)?;
    with_groups(db, vec![substance])?.into_iter().next().ok_or(diesel::NotFound)
}

/// The substance of this name, whatever its case and accents.
pub fn by_name(db: &mut DbConnection, name: &str) -> QueryResult<Option<SubstanceId>> {
    substances::table.filter(substances::name_key.eq(fold(name))).select(substances::id).first(db).optional()
}

/// Adds a substance with its groups.
pub fn insert(db: &mut DbConnection, input: &SubstanceInput, now: NaiveDateTime) -> QueryResult<SubstanceId> {
    let id = diesel::insert_into(substances::table)
        .values((
            substances::name.eq(&input.name),
            substances::name_key.eq(fold(&input.name)),
            substances::other_names.eq(input.other_names.join(", ")),
            substances::created_at.eq(now),
            substances::updated_at.eq(now),
        ))
        .returning(substances::id)
        .get_result(db)?;
    put_groups(db, id, input)?;
    Ok(id)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: SubstanceId,
    version: i32,
    input: &SubstanceInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(substances::table.find(id).filter(substances::version.eq(version)))
        .set((
            substances::name.eq(&input.name),
            substances::name_key.eq(fold(&input.name)),
            substances::other_names.eq(input.other_names.join(", ")),
            substances::version.eq(version + 1),
            substances::updated_at.eq(now),
        ))
        .execute(db)?;
    if changed != 1 {
        return Ok(false);
    }
    diesel::delete(substance_groups::table.filter(substance_groups::substance_id.eq(id))).execute(db)?;
    put_groups(db, id, input)?;
    Ok(true)
}

fn put_groups(db: &mut DbConnection, id: SubstanceId, input: &SubstanceInput) -> QueryResult<()> {
    let kinds = [
        (GroupKind::Class, &input.classes),
        (GroupKind::CrossReactive, &input.cross_reactive),
        (GroupKind::Property, &input.properties),
    ];
    for (kind, names) in kinds {
        for name in names {
            diesel::insert_into(substance_groups::table)
                .values((
                    substance_groups::substance_id.eq(id),
                    substance_groups::kind.eq(kind),
                    substance_groups::name.eq(name),
                    substance_groups::name_key.eq(fold(name)),
                ))
                .execute(db)?;
        }
    }
    Ok(())
}

/// Every name that an interaction can be about, by name: classes, properties, substances.
pub fn terms(db: &mut DbConnection) -> QueryResult<Vec<String>> {
    let mut terms: Vec<String> = substance_groups::table
        .filter(substance_groups::kind.ne(GroupKind::CrossReactive))
        .select(substance_groups::name)
        .distinct()
        .load(db)?;
    let names: Vec<String> = substances::table.select(substances::name).load(db)?;
    terms.extend(names);
    terms.sort_by_key(|term| fold(term));
    terms.dedup_by_key(|term| fold(term));
    Ok(terms)
}
