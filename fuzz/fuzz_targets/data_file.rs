#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| anywhen_fuzzing::run("data_file", input));
