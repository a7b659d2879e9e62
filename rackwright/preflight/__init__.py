"""Rules that a spec must pass before anything is built; pure and offline."""
