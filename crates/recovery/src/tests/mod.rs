//! A server's recovery over memory, tested as a whole. Time is paused: timers fire as soon as
//! nothing else can happen, so no test waits for a clock.

mod away;
mod backups;
mod continuous;
mod deletion;
mod oracle;
mod recover;
mod restarts;
mod restores;
mod resumption;
mod retention;
mod told;
mod world;
