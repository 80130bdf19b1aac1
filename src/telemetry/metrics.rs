//! shim
#[derive(Debug,Default)] pub struct Metrics; impl Metrics{pub fn token_issued(&self,_:&str){} pub fn encode(&self)->String{String::new()}}
