"""Figures as ratios of one run: machines differ and are noisy."""
