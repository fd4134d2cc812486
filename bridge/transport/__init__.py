"""Bytes between here and the world; nothing in here knows what an object is."""
