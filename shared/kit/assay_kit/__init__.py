"""How every Assay service behaves: mechanism, no business word."""
