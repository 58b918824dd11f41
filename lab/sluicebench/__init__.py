"""What the benches share: servers under test, the load generator, and what a process costs."""
