"""A project's environments side by side: what each is linked to, how it stands, and where they differ."""
