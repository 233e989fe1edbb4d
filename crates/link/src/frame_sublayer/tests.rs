//! Tests of frame acceptance.
