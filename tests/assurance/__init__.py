"""Proofs that public money cannot be lost, paid twice, or seen by the wrong bank (docs/development.md, Assurance)."""
