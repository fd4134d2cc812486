"""A large Java program that knows nothing of us: Weka, Debian's package. Run by ``make interop-weka``."""
