"""Pure writers of every file an imported user pool feeds: one module per file, text in memory, nothing read or sent."""
