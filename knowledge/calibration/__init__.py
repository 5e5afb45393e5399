"""Fits how retrieval weighs its evidence, on practices invented for that and used nowhere else."""
