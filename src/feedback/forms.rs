//! What a patient says of a visit.

use crate::web::Form;

/// A rating and a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeedbackInput {
    /// From 1 to 5.
    pub rating: i32,
    pub comment: String,
}

/// Reads the form; what is wrong stands in it afterwards.
pub fn parse(form: &mut Form) -> Option<FeedbackInput> {
    let rating = form.value("rating").trim().parse::<i32>().ok().filter(|rating| (1..=5).contains(rating));
    if rating.is_none() {
        form.refuse_field("rating", "Choose how it was.");
    }
    let comment = form.text("comment", 2000);
    form.is_valid().then_some(())?;
    Some(FeedbackInput { rating: rating?, comment })
}
