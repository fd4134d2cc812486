"""Python and Java together: every case by name, on each JDK of the matrix; ``make interop`` runs it."""
