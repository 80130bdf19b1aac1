//! shim
use crate::secret::Secret; use crate::spec::issuer::Issuer; use std::{net::SocketAddr,path::PathBuf,time::Duration};
#[derive(Clone,Debug)] pub struct Settings{pub issuer:Option<Issuer>,pub listen:Vec<SocketAddr>,pub database_url:Secret<String>,pub redis_url:Option<Secret<String>>,pub data_dir:PathBuf,pub management_listen:Option<SocketAddr>,pub tls:Option<Tls>,pub lifetimes:Lifetimes,pub hashing:Hash,pub outbound:Outbound,pub workers:usize,pub shutdown_timeout:Duration,pub brand:Brand}
#[derive(Clone,Debug)] pub struct Tls{pub cert:PathBuf,pub key:PathBuf}
#[derive(Clone,Debug)] pub struct Brand{pub name:String,pub logo:Option<String>,pub color:String}
#[derive(Clone,Debug)] pub struct Hash{pub cost:u32,pub threads:usize,pub queue:usize}
#[derive(Clone,Debug)] pub struct Outbound{pub ca_file:Option<PathBuf>}
#[derive(Clone,Debug)] pub struct Lifetimes{pub code:Duration,pub access_token:Duration,pub id_token:Duration,pub refresh_idle:Duration,pub refresh_absolute:Duration,pub refresh_grace:Duration,pub session_idle:Duration,pub session_absolute:Duration,pub login:Duration,pub setup_link:Duration,pub error_record:Duration,pub consent:Duration}
