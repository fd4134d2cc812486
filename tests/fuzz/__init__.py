"""Broken streams: nothing but the documented errors may come out, and both builds must say the same."""
