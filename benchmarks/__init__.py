"""How fast the console is, as ratios of things measured in one run. `docs/speed.md` says what is measured and how."""
