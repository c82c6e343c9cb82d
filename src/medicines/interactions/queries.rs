//! SQL of interactions.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::forms::InteractionInput;
use super::model::{Interaction, InteractionId};
use crate::db::fold::{contains, fold};
use crate::db::schema::interactions;
use crate::db::{DbConnection, MultiBackend};

fn wanted(words: &str) -> interactions::BoxedQuery<'static, MultiBackend> {
    let mut query = interactions::table.into_boxed();
    for word in fold(words).split_whitespace().take(8) {
        let (one, other) = (contains(word), contains(word));
        query = query
            .filter(interactions::one_key.like(one).escape('\\').or(interactions::other_key.like(other).escape('\\')));
    }
    query
}

/// How many interactions have these words in the names of their sides.
pub fn count(db: &mut DbConnection, words: &str) -> QueryResult<i64> {
    wanted(words).count().get_result(db)
}

/// The interactions that have these words in the names of their sides, by name.
pub fn list(db: &mut DbConnection, words: &str, offset: i64, limit: i64) -> QueryResult<Vec<Interaction>> {
    wanted(words)
        .order((interactions::one_key, interactions::other_key))
        .offset(offset)
        .limit(limit)
        .select(Interaction::as_select())
        .load(db)
}

/// An interaction.
pub fn find(db: &mut DbConnection, id: InteractionId) -> QueryResult<Interaction> {
    interactions::table.find(id).select(Interaction::as_select()).first(db)
}

/// Adds an interaction.
pub fn insert(db: &mut DbConnection, input: &InteractionInput, now: NaiveDateTime) -> QueryResult<InteractionId> {
    diesel::insert_into(interactions::table)
        .values((
            interactions::one.eq(&input.one),
            interactions::one_key.eq(fold(&input.one)),
            interactions::other.eq(&input.other),
            interactions::other_key.eq(fold(&input.other)),
            interactions::severity.eq(input.severity),
            interactions::effect.eq(&input.effect),
            interactions::advice.eq(&input.advice),
            interactions::source.eq(&input.source),
            interactions::is_active.eq(input.is_active),
            interactions::created_at.eq(now),
            interactions::updated_at.eq(now),
        ))
        .returning(interactions::id)
        .get_result(db)
}

/// Saves an edit of this version; `false` when somebody else saved first.
pub fn update(
    db: &mut DbConnection,
    id: InteractionId,
    version: i32,
    input: &InteractionInput,
    now: NaiveDateTime,
) -> QueryResult<bool> {
    let changed = diesel::update(interactions::table.find(id).filter(interactions::version.eq(version)))
        .set((
            interactions::one.eq(&input.one),
            interactions::one_key.eq(fold(&input.one)),
            interactions::other.eq(&input.other),
            interactions::other_key.eq(fold(&input.other)),
            interactions::severity.eq(input.severity),
            interactions::effect.eq(&input.effect),
            interactions::advice.eq(&input.advice),
            interactions::source.eq(&input.source),
            interactions::is_active.eq(input.is_active),
            interactions::version.eq(version + 1),
            interactions::updated_at.eq(now),
        ))
        .execute(db)?;
    Ok(changed == 1)
}
