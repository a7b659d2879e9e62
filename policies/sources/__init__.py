"""Where resources come from: a preview, a recorded state, a lock. Each maps its source to neutral `Resource`s."""
