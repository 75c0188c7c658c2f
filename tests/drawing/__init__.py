"""Pictures: what they hold, how they read, and how they reach people."""
