#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| authy_fuzz::run("ciba_request", data));
