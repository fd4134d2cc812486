"""The faces of other packages, over this one."""
