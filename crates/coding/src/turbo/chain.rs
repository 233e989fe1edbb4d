//! Marker.
