#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| authy_fuzz::run("client_id_document", data));
