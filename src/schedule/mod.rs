//! The hours a doctor works.
