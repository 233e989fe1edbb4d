//! Tests of the rules for segments.
