"""Demonstration data, made from a council's published papers and loaded through the same routes that people use."""
