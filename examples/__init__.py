"""Protocols declared with bridge.wire, each with both ends in Python; the README says how to run them."""
