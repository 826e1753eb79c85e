"""What the service does, one use case a module; what it needs for it stands in `ports`."""
