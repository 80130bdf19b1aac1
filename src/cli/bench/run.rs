//! The run: set up, measure part after part, tidy up.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use serde_json::json;

use super::BenchArguments;
use super::child::Server;
use super::http::Wrong;
use super::limits::{self, Parts, Rule};
use super::load::{Cost, drive};
use super::logins::{self, Storm};
use super::operations::{self, Lanes, Operation};
use super::parts::{self, Hashes};
use super::place::Place;
use super::plan::{OTHERS, Plan};
use super::report::{Limit, Report, Row, rounded};
use super::servers;
use super::usage;
use super::world::{self, Size, World};
use crate::cli::output::{CliError, Output};
use crate::entropy::{Entropy, OsEntropy};
use crate::hashing::password;
use crate::jose::Algorithm;
use crate::secret::Secret;

/// The unit of most rows.
const CPU: &str = "CPU µs";
const MEBIBYTE: f64 = 1024.0 * 1024.0;

/// Everything that one run knows.
struct Run<'a> {
    arguments: &'a BenchArguments,
    plan: Plan,
    place: &'a Place,
    /// As many as the server uses, to answer and to hash.
    threads: usize,
    world: Arc<World>,
    parts: Parts,
    /// Only where somebody signs in.
    hashes: Option<Hashes>,
}

/// Measures.
///
/// # Errors
/// See [`super::run()`].
pub async fn run(arguments: &BenchArguments, out: Output) -> Result<(), CliError> {
    check_names(&arguments.only)?;
    if usage::cpu_time(std::process::id()).is_none() {
        return Err(CliError::new(
            "unsupported",
            "This system does not tell the processor time of a process under /proc.",
            "Measure on Linux.",
        ));
    }
    let place = Place::make(arguments.database_url.as_deref(), arguments.redis_url.as_deref(), &OsEntropy).await;
    let place = place.map_err(|error| {
        CliError::new(
            "failed",
            format!("There is no place for the data: {error:#}."),
            "See that the Postgres server lets this user create databases.",
        )
    })?;
    let outcome = tokio::select! {
        outcome = measure(arguments, &place, out) => outcome,
        _ = tokio::signal::ctrl_c() => Err(CliError::new("interrupted", "The run was interrupted.", "Run it again.")),
    };
    let cleared = place.clear().await;
    outcome?;
    Ok(cleared?)
}

fn check_names(only: &[String]) -> Result<(), CliError> {
    let names: Vec<&str> = operations::ALL.iter().map(|operation| operation.name()).chain(OTHERS).collect();
    match only.iter().find(|text| !names.iter().any(|name| name.contains(text.as_str()))) {
        Some(unknown) => Err(CliError::misused(format!("No row is called \"{unknown}\"."), format!("There are: {}.", names.join(", ")))),
        None => Ok(()),
    }
}

async fn measure(arguments: &BenchArguments, place: &Place, out: Output) -> Result<(), CliError> {
    let run = Run::prepare(arguments, place).await?;
    let mut report = Report::new(out, &run.circumstances());
    let server = run.starts(&mut report).await?;
    run.operations(&server, &mut report).await?;
    run.logins(&server, &mut report).await?;
    if run.wants("memory_loaded") {
        report.add(memory("memory_loaded", server.resident_bytes()?, limits::MEMORY_LOADED));
    }
    server.stop().await;
    report.finish(json!({
        "version": env!("CARGO_PKG_VERSION"), "build": build(), "storage": place.storage(), "cores": run.threads,
        "connections": arguments.connections, "hash_cost": arguments.hash_cost,
        "parts": {
            "rs256_signature_us": rounded(run.parts.rs256), "es256_signature_us": rounded(run.parts.es256),
            "hash_us": run.hashes.map(|hashes| rounded(micros(hashes.cpu))), "hashes_per_second": run.hashes.map(|hashes| rounded(hashes.per_second)),
        },
    }));
    Ok(())
}

const fn build() -> &'static str {
    if cfg!(debug_assertions) { "debug" } else { "release" }
}

impl<'a> Run<'a> {
    /// Fills the database, lets a first start make its keys, and measures the parts while nothing else runs.
    async fn prepare(arguments: &'a BenchArguments, place: &'a Place) -> Result<Self, CliError> {
        let plan = if arguments.full { Plan::full() } else { Plan::quick() };
        let threads = thread::available_parallelism().map_or(1, usize::from);
        let (entropy, cost): (&'static dyn Entropy, u32) = (&OsEntropy, arguments.hash_cost);
        let password = Secret::new(entropy.token(""));
        let chosen = password.clone();
        let hash = blocking(move || password::hash(chosen.expose(), cost, entropy).map_err(anyhow::Error::from)).await?;
        let sql = place.open().await?;
        let size = Size { people: logins::STORM, signed_in: usize::from(arguments.connections) };
        let world = Arc::new(world::populate(&sql, size, (password, hash)).await?);
        drop(sql);
        servers::serve(arguments, place).await?.stop().await;
        let rs256 = blocking(move || parts::signature(Algorithm::RS256, threads, plan.signatures)).await?;
        let es256 = blocking(move || parts::signature(Algorithm::ES256, threads, plan.signatures)).await?;
        let mut run =
            Self { arguments, plan, place, threads, world, parts: Parts { rs256: micros(rs256), es256: micros(es256) }, hashes: None };
        if run.wants_sign_ins() {
            let everybody = Arc::clone(&run.world);
            let hashes = move || parts::hashes((&everybody.password, &everybody.password_hash), threads, plan.hashes);
            let hashes = blocking(move || Ok(hashes()?)).await?;
            run.hashes = Some(hashes);
        }
        Ok(run)
    }

    fn wants(&self, name: &str) -> bool {
        self.arguments.only.is_empty() || self.arguments.only.iter().any(|text| name.contains(text.as_str()))
    }

    fn wants_sign_ins(&self) -> bool {
        self.wants("password_login") || self.wants("login_throughput")
    }

    fn circumstances(&self) -> String {
        let doubt = if cfg!(debug_assertions) { ", without optimization: the limits are for release builds" } else { "" };
        let mut text = format!(
            "authy {} ({}{doubt}) on {}; {} cores, {} connections, bcrypt cost {}\nparts: RS256 signature {:.1} µs, ES256 signature {:.1} µs",
            env!("CARGO_PKG_VERSION"),
            build(),
            self.place.storage(),
            self.threads,
            self.arguments.connections,
            self.arguments.hash_cost,
            self.parts.rs256,
            self.parts.es256,
        );
        if let Some(hashes) = &self.hashes {
            text.push_str(&format!(", bcrypt {:.0} µs, {:.1} hashes a second", micros(hashes.cpu), hashes.per_second));
        }
        text
    }

    /// Starts the server a few times; the last one stays.
    async fn starts(&self, report: &mut Report) -> Result<Server, CliError> {
        let mut server = servers::serve(self.arguments, self.place).await?;
        if self.wants("cold_start") {
            let mut took = vec![server.started_in];
            while took.len() < self.plan.starts {
                server.stop().await;
                server = servers::serve(self.arguments, self.place).await?;
                took.push(server.started_in);
            }
            took.sort_unstable();
            let median = took.get(took.len() / 2).copied().unwrap_or_default();
            let limit = Some(Limit::AtMost(limits::cold_start(self.place.is_on_postgres())));
            let value = micros(median) / 1_000.0;
            report.add(Row { name: "cold_start", requests: took.len() as u64, value, unit: "ms", ratio: None, limit, note: String::new() });
        }
        if self.wants("memory_idle") {
            tokio::time::sleep(self.plan.rest).await;
            report.add(memory("memory_idle", server.resident_bytes()?, limits::MEMORY_IDLE));
        }
        Ok(server)
    }

    /// Every operation, in turn with the bare handler.
    async fn operations(&self, server: &Server, report: &mut Report) -> Result<(), CliError> {
        let wanted: Vec<Operation> = operations::ALL.iter().copied().filter(|operation| self.wants(operation.name())).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let bare = servers::bare(self.place, self.threads, server).await?;
        for operation in wanted {
            let (cost, bare) = self.in_turn(server, &bare, operation).await.map_err(|wrong| wrong.during(operation.name()))?;
            let (value, bare) = (cost.micros(), bare.micros());
            let rule = operation.rule();
            let limit =
                (self.place.is_on_postgres() || !rule.is_derived_for_postgres()).then(|| Limit::AtMost(rule.limit(bare, &self.parts)));
            let (ratio, note) = (Some(value / bare), format!("bare {bare:.2}"));
            report.add(Row { name: operation.name(), requests: cost.requests, value, unit: CPU, ratio, limit, note });
        }
        bare.stop().await;
        Ok(())
    }

    async fn in_turn(&self, server: &Server, bare: &Server, operation: Operation) -> Result<(Cost, Cost), Wrong> {
        let mut lanes = self.lanes(server).make(operation).await?;
        let mut bare_lanes = self.lanes(bare).document(operation.bare_path()).await?;
        let (mut cost, mut bare_cost) = (Cost::default(), Cost::default());
        // What is made once and kept, is made now.
        let most = operation.most(self.plan.rounds, self.arguments.connections);
        drive(server, &mut lanes, (self.plan.slice / 4, most)).await?;
        for _ in 0..self.plan.rounds {
            bare_cost += drive(bare, &mut bare_lanes, (self.plan.slice, u64::MAX)).await?;
            cost += drive(server, &mut lanes, (self.plan.slice, most)).await?;
        }
        Ok((cost, bare_cost))
    }

    /// The bare handler by itself, for what is not driven in turn with it.
    async fn bare(&self, server: &Server) -> Result<Cost, CliError> {
        let bare = servers::bare(self.place, self.threads, server).await?;
        let cost = async {
            let mut lanes = self.lanes(&bare).document(Operation::Discovery.bare_path()).await?;
            drive(&bare, &mut lanes, (self.plan.slice, u64::MAX)).await
        };
        let cost = cost.await.map_err(|wrong| wrong.during("the bare handler"));
        bare.stop().await;
        Ok(cost?)
    }

    fn lanes<'b>(&'b self, server: &'b Server) -> Lanes<'b> {
        Lanes { server, world: &self.world, count: usize::from(self.arguments.connections) }
    }

    async fn logins(&self, server: &Server, report: &mut Report) -> Result<(), CliError> {
        if let Some(hashes) = &self.hashes {
            let logins =
                logins::throughput(server, &self.world, self.threads, self.plan.hashes).await.map_err(|wrong| wrong.during("sign-in"))?;
            let bare = self.bare(server).await?.micros();
            let (requests, value) = (logins.besides.requests, logins.besides.micros());
            let (ratio, limit) = (Some(value / bare), Some(Limit::AtMost(Rule::SignIn.limit(bare, &self.parts))));
            let hash = micros(logins.hashing) / requests.max(1) as f64;
            let note = format!("bare {bare:.2}; page, form and session, besides the hash of {hash:.0} µs");
            report.add(Row { name: "password_login", requests, value, unit: CPU, ratio, limit, note });
            // Whoever drives the server, and its stores, take of the same processors.
            let possible = hashes.per_second * logins.available / self.threads as f64;
            let (value, limit) = (100.0 * logins.per_second / possible, Some(Limit::AtLeast(100.0 * limits::LOGIN_THROUGHPUT)));
            let all = hashes.per_second;
            let note = format!("{:.1}/s of {possible:.1}/s by hashing alone beside all else, {all:.1}/s by itself", logins.per_second);
            report.add(Row { name: "login_throughput", requests, value, unit: "%", ratio: None, limit, note });
        }
        if self.wants("login_storm") {
            let mut probes = self.lanes(server);
            probes.count = logins::PROBES;
            let probes = probes.make(Operation::ClientCredentials).await?;
            let storm = logins::storm(server, &self.world, probes, self.plan.quiet).await.map_err(|wrong| wrong.during("storm"))?;
            report.add(storm_row(&storm));
        }
        Ok(())
    }
}

fn storm_row(storm: &Storm) -> Row {
    let (quiet, during) = (micros(storm.quiet) / 1_000.0, micros(storm.during) / 1_000.0);
    let note = format!(
        "p99 of client_credentials {quiet:.2} ms, {during:.2} ms while {} signed in within {:.1} s ({} times told to come back)",
        logins::STORM,
        storm.lasted.as_secs_f64(),
        storm.told_to_come_back
    );
    let limit = Some(Limit::AtMost(limits::STORM));
    Row { name: "login_storm", requests: storm.probes as u64, value: during / quiet, unit: "x quiet", ratio: None, limit, note }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> anyhow::Result<T> {
    tokio::task::spawn_blocking(work).await?
}

fn micros(span: Duration) -> f64 {
    span.as_secs_f64() * 1e6
}

fn memory(name: &'static str, bytes: u64, limit: f64) -> Row {
    Row {
        name,
        requests: 0,
        value: bytes as f64 / MEBIBYTE,
        unit: "MiB",
        ratio: None,
        limit: Some(Limit::AtMost(limit)),
        note: String::new(),
    }
}
