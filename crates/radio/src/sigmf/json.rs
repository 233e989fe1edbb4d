//! Metadata from and to JSON. Every refusal names the key.

use core::fmt::Display;
use core::str::FromStr;

use serde_json::{Map, Value, json};

use super::{Annotation, Capture, Meta, SigmfError};
use crate::SampleRate;
use crate::stream::Format;

/// Of the format, as written.
const VERSION: &str = "1.2.0";

/// A JSON object and where it is, for messages.
struct Object<'a> {
    place: String,
    map: &'a Map<String, Value>,
}

fn wrong(place: &str, what: impl Display) -> SigmfError {
    SigmfError::Meta(format!("{place}: {what}"))
}

impl<'a> Object<'a> {
    fn new(place: String, value: &'a Value) -> Result<Self, SigmfError> {
        match value {
            Value::Object(map) => Ok(Self { place, map }),
            _ => Err(wrong(&place, "must be an object")),
        }
    }

    /// A key's value as something; a missing or empty (`null`) one is none.
    fn field<T>(
        &self,
        key: &str,
        what: &str,
        take: impl FnOnce(&Value) -> Option<T>,
    ) -> Result<Option<T>, SigmfError> {
        match self.map.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match take(value) {
                Some(taken) => Ok(Some(taken)),
                None => Err(wrong(&self.place, format_args!("{key} must be {what}"))),
            },
        }
    }

    fn text(&self, key: &str) -> Result<Option<String>, SigmfError> {
        self.field(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    fn number(&self, key: &str) -> Result<Option<f64>, SigmfError> {
        self.field(key, "a number", Value::as_f64)
    }

    fn count(&self, key: &str) -> Result<Option<u64>, SigmfError> {
        self.field(key, "a whole number, not negative", whole)
    }
}

/// A whole number; some writers put every number as a float.
fn whole(value: &Value) -> Option<u64> {
    let float = || {
        let number = value.as_f64()?;
        (number.fract() == 0.0 && (0.0..9e15).contains(&number)).then_some(number as u64)
    };
    value.as_u64().or_else(float)
}

impl FromStr for Meta {
    type Err = SigmfError;

    fn from_str(text: &str) -> Result<Self, SigmfError> {
        let root: Value = serde_json::from_str(text)
            .map_err(|error| SigmfError::Meta(format!("no JSON: {error}")))?;
        let root = Object::new("top".into(), &root)?;
        let global = root
            .map
            .get("global")
            .ok_or_else(|| SigmfError::Meta("the object `global` is missing".into()))?;
        let global = Object::new("global".into(), global)?;
        let format = datatype(&global)?;
        refuse_other_layouts(&global)?;
        let sample_rate = global.number("core:sample_rate")?;
        Ok(Self {
            format,
            sample_rate: sample_rate.map(SampleRate::new).transpose()?,
            description: global.text("core:description")?,
            recorder: global.text("core:recorder")?,
            sha512: sha512(&global)?,
            dataset: dataset(&global)?,
            trailing_bytes: global.count("core:trailing_bytes")?.unwrap_or(0),
            captures: list(&root, "captures", capture)?,
            annotations: list(&root, "annotations", annotation)?,
        })
    }
}

fn datatype(global: &Object<'_>) -> Result<Format, SigmfError> {
    let name = global
        .text("core:datatype")?
        .ok_or_else(|| wrong("global", "core:datatype is missing"))?;
    Format::ALL
        .into_iter()
        .find(|&format| name == datatype_name(format))
        .ok_or_else(|| {
            let name: String = name.chars().take(40).collect();
            wrong(
                "global",
                format_args!(
                    "core:datatype `{name}` is not read; cf32_le, ci16_le, ci8 and cu8 are"
                ),
            )
        })
}

const fn datatype_name(format: Format) -> &'static str {
    match format {
        Format::Cf32 => "cf32_le",
        Format::Ci16 => "ci16_le",
        Format::Ci8 => "ci8",
        Format::Cu8 => "cu8",
    }
}

fn refuse_other_layouts(global: &Object<'_>) -> Result<(), SigmfError> {
    match global.count("core:num_channels")? {
        None | Some(1) => {}
        Some(n) => {
            return Err(wrong(
                "global",
                format_args!("core:num_channels is {n}; one channel is read"),
            ));
        }
    }
    match global.field("core:metadata_only", "true or false", Value::as_bool)? {
        Some(true) => Err(wrong("global", "core:metadata_only: there are no samples")),
        _ => Ok(()),
    }
}

fn sha512(global: &Object<'_>) -> Result<Option<String>, SigmfError> {
    let digits = global.text("core:sha512")?;
    if let Some(digits) = &digits
        && !(digits.len() == 128 && digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
    {
        return Err(wrong(
            "global",
            "core:sha512 must be 128 hexadecimal digits",
        ));
    }
    Ok(digits)
}

/// A bare file name: a path would lead out of the recording's folder.
fn dataset(global: &Object<'_>) -> Result<Option<String>, SigmfError> {
    let name = global.text("core:dataset")?;
    match &name {
        Some(name)
            if matches!(name.as_str(), "" | "." | "..") || name.contains(['/', '\\', '\0']) =>
        {
            Err(wrong(
                "global",
                "core:dataset must be a file name without a path",
            ))
        }
        _ => Ok(name),
    }
}

fn list<T>(
    root: &Object<'_>,
    key: &str,
    item: fn(&Object<'_>) -> Result<T, SigmfError>,
) -> Result<Vec<T>, SigmfError> {
    let Some(items) = root.map.get(key) else {
        return Ok(Vec::new());
    };
    let items = items
        .as_array()
        .ok_or_else(|| wrong(key, "must be a list"))?;
    items
        .iter()
        .enumerate()
        .map(|(index, value)| item(&Object::new(format!("{key}[{index}]"), value)?))
        .collect()
}

fn sample_start(object: &Object<'_>) -> Result<u64, SigmfError> {
    object
        .count("core:sample_start")?
        .ok_or_else(|| wrong(&object.place, "core:sample_start is missing"))
}

fn capture(object: &Object<'_>) -> Result<Capture, SigmfError> {
    if object
        .count("core:header_bytes")?
        .is_some_and(|octets| octets > 0)
    {
        return Err(wrong(
            &object.place,
            "core:header_bytes: headers within the samples are not read",
        ));
    }
    Ok(Capture {
        sample_start: sample_start(object)?,
        frequency_hz: object.number("core:frequency")?,
        datetime: object.text("core:datetime")?,
    })
}

fn annotation(object: &Object<'_>) -> Result<Annotation, SigmfError> {
    let lower = object.number("core:freq_lower_edge")?;
    let upper = object.number("core:freq_upper_edge")?;
    Ok(Annotation {
        sample_start: sample_start(object)?,
        sample_count: object.count("core:sample_count")?,
        edges_hz: lower.zip(upper),
        label: object.text("core:label")?,
        comment: object.text("core:comment")?,
    })
}

impl Meta {
    /// As the text of a `.sigmf-meta` file. A recording without a capture gets one that begins at sample 0, since readers expect one.
    pub fn to_json(&self) -> String {
        let mut global = Map::new();
        global.insert("core:version".into(), VERSION.into());
        global.insert("core:datatype".into(), datatype_name(self.format).into());
        let rate = self.sample_rate.map(|rate| whole_if_it_is(rate.hz()));
        put(&mut global, "core:sample_rate", rate);
        put(&mut global, "core:description", self.description.clone());
        put(&mut global, "core:recorder", self.recorder.clone());
        put(&mut global, "core:sha512", self.sha512.clone());
        put(&mut global, "core:dataset", self.dataset.clone());
        let trailing = (self.trailing_bytes > 0).then_some(self.trailing_bytes);
        put(&mut global, "core:trailing_bytes", trailing);
        let mut captures: Vec<Value> = self.captures.iter().map(capture_json).collect();
        if captures.is_empty() {
            captures.push(json!({"core:sample_start": 0}));
        }
        let annotations: Vec<Value> = self.annotations.iter().map(annotation_json).collect();
        let all = json!({"global": global, "captures": captures, "annotations": annotations});
        format!("{all:#}\n")
    }
}

fn put(map: &mut Map<String, Value>, key: &str, value: Option<impl Into<Value>>) {
    if let Some(value) = value {
        map.insert(key.into(), value.into());
    }
}

/// 256000 and not 256000.0: people read it too.
fn whole_if_it_is(number: f64) -> Value {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        (number as i64).into()
    } else {
        number.into()
    }
}

fn capture_json(capture: &Capture) -> Value {
    let mut map = Map::new();
    map.insert("core:sample_start".into(), capture.sample_start.into());
    let frequency = capture.frequency_hz.map(whole_if_it_is);
    put(&mut map, "core:frequency", frequency);
    put(&mut map, "core:datetime", capture.datetime.clone());
    map.into()
}

fn annotation_json(annotation: &Annotation) -> Value {
    let mut map = Map::new();
    map.insert("core:sample_start".into(), annotation.sample_start.into());
    put(&mut map, "core:sample_count", annotation.sample_count);
    let lower = annotation.edges_hz.map(|(lower, _)| whole_if_it_is(lower));
    let upper = annotation.edges_hz.map(|(_, upper)| whole_if_it_is(upper));
    put(&mut map, "core:freq_lower_edge", lower);
    put(&mut map, "core:freq_upper_edge", upper);
    put(&mut map, "core:label", annotation.label.clone());
    put(&mut map, "core:comment", annotation.comment.clone());
    map.into()
}
