//! Bills through the library: the figures of every sample, every container, any order of things, any damage.

#[path = "support/books.rs"]
mod books;
#[path = "readers/damaged.rs"]
mod damaged;
#[path = "readers/golden.rs"]
mod golden;
#[path = "readers/reading.rs"]
mod reading;
#[path = "readers/samples.rs"]
mod samples;
#[path = "readers/shuffled.rs"]
mod shuffled;
