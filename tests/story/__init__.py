"""One invented child's case, driven through the running system as its users drive it."""
