//! `GET /metrics` in the text form of Prometheus, and `GET /health`.
//!
//! The loop of the daemon puts its figures here now and then; a request gets the last ones, so nobody who asks can slow a link down. `/health`
//! is 200 while the loop turns and 503 when it has not put figures here for [`STALE`].

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use axum::Router;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::get;
use magpie_relay::node::{Metric, MetricKind};

use crate::command::Failure;
use crate::files;

/// A loop that has not shown its figures for so long is stuck.
pub const STALE: Duration = Duration::from_secs(10);

/// The last figures of a daemon.
#[derive(Debug, Clone, Default)]
pub struct Figures(Arc<Mutex<Shown>>);

#[derive(Debug, Default)]
struct Shown {
    text: String,
    at: Option<Instant>,
}

impl Figures {
    /// Takes figures to show: `collect` is handed a place to put each.
    pub fn put(&self, node: &str, collect: impl FnOnce(&mut dyn FnMut(Metric<'_>))) {
        let mut page = Page::new(node);
        collect(&mut |metric| page.add(&metric));
        let mut shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.text = page.finish();
        shown.at = Some(Instant::now());
    }

    fn text(&self) -> String {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.text.clone()
    }

    fn is_fresh(&self) -> bool {
        let shown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        shown.at.is_some_and(|at| at.elapsed() < STALE)
    }

    /// Answers on `address` from now on, in a thread of its own; gives the address (with its port, if that was 0).
    pub fn serve(&self, address: SocketAddr) -> Result<SocketAddr, Failure> {
        let fail = |error: &std::io::Error| {
            Failure::new(format!("metrics: {address}: {}", files::cause(error)))
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(|error| fail(&error))?;
        let listener = runtime
            .block_on(tokio::net::TcpListener::bind(address))
            .map_err(|error| fail(&error))?;
        let bound = listener.local_addr().map_err(|error| fail(&error))?;
        let (metrics, health) = (self.clone(), self.clone());
        let router = Router::new()
            .route(
                "/metrics",
                get(move || async move {
                    let kind = "text/plain; version=0.0.4; charset=utf-8";
                    ([(header::CONTENT_TYPE, kind)], metrics.text())
                }),
            )
            .route(
                "/health",
                get(move || async move { health_answer(health.is_fresh()) }),
            );
        thread::Builder::new()
            .name("metrics".into())
            .spawn(move || {
                // Ends with the process only.
                let _ = runtime.block_on(async { axum::serve(listener, router).await });
            })
            .map_err(|error| fail(&error))?;
        Ok(bound)
    }
}

fn health_answer(fresh: bool) -> impl IntoResponse {
    if fresh {
        (StatusCode::OK, "ok\n")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "the loop does not turn\n")
    }
}

/// Figures in the text form, those of one name together.
struct Page<'n> {
    node: &'n str,
    families: Vec<Family>,
}

struct Family {
    name: &'static str,
    head: String,
    lines: String,
}

impl<'n> Page<'n> {
    const fn new(node: &'n str) -> Self {
        Self {
            node,
            families: Vec::new(),
        }
    }

    fn add(&mut self, metric: &Metric<'_>) {
        let (suffix, kind) = match metric.kind {
            MetricKind::Counter => ("_total", "counter"),
            MetricKind::Gauge => ("", "gauge"),
        };
        let name = metric.name;
        let at = self
            .families
            .iter()
            .position(|family| family.name == name)
            .unwrap_or_else(|| {
                let head = format!(
                    "# HELP magpie_{name}{suffix} {}\n# TYPE magpie_{name}{suffix} {kind}\n",
                    metric.help
                );
                self.families.push(Family {
                    name,
                    head,
                    lines: String::new(),
                });
                self.families.len() - 1
            });
        let lines = &mut self.families[at].lines;
        // Writing to a string does not fail.
        let _ = write!(lines, "magpie_{name}{suffix}{{node=\"");
        escape(self.node, lines);
        lines.push('"');
        for (label, value) in metric.labels {
            let _ = write!(lines, ",{label}=\"");
            escape(value, lines);
            lines.push('"');
        }
        let _ = writeln!(lines, "}} {}", metric.value);
    }

    fn finish(self) -> String {
        self.families
            .into_iter()
            .map(|family| family.head + &family.lines)
            .collect()
    }
}

/// Backslash, quotation mark and line feed have a backslash in front in a label's value.
fn escape(value: &str, out: &mut String) {
    for c in value.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read as _, Write as _};
    use std::net::TcpStream;

    fn ask(address: SocketAddr, path: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nhost: magpie\r\nconnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn figures_are_shown_as_prometheus_reads_them() {
        let figures = Figures::default();
        let address = figures.serve("127.0.0.1:0".parse().unwrap()).unwrap();
        assert!(ask(address, "/health").starts_with("HTTP/1.1 503"));
        let frames = |direction: &'static str, value: u64| {
            move |show: &mut dyn FnMut(Metric<'_>)| {
                show(Metric {
                    name: "frames",
                    help: "Frames.",
                    kind: MetricKind::Counter,
                    labels: &[("direction", direction)],
                    value,
                });
            }
        };
        figures.put("o\"1\"", |show| {
            frames("in", 3)(show);
            show(Metric {
                name: "memory_octets",
                help: "Octets kept.",
                kind: MetricKind::Gauge,
                labels: &[],
                value: 12,
            });
            frames("out", 4)(show);
        });
        let answer = ask(address, "/metrics");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let expected = "# HELP magpie_frames_total Frames.\n# TYPE magpie_frames_total counter\n\
            magpie_frames_total{node=\"o\\\"1\\\"\",direction=\"in\"} 3\n\
            magpie_frames_total{node=\"o\\\"1\\\"\",direction=\"out\"} 4\n\
            # HELP magpie_memory_octets Octets kept.\n# TYPE magpie_memory_octets gauge\n\
            magpie_memory_octets{node=\"o\\\"1\\\"\"} 12\n";
        assert!(answer.ends_with(expected), "{answer}");
        assert!(ask(address, "/health").starts_with("HTTP/1.1 200"));
        assert!(ask(address, "/other").starts_with("HTTP/1.1 404"));
    }
}
