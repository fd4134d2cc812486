"""The command line: ``java-bridge``, the same as ``python -m bridge``.

Each command is a call into a library function: ``tools.dump``, ``tools.json_view``, ``tools.talk``, ``tools.sockets``,
``mapping.generate``, ``wire.captures``, ``wire.describe``, ``wire.prompt``, ``wire.java_source``.

Exit status: 0 all went well; 1 the data, the peer or the system said no, with the reason on standard error; 2 the
command line is wrong; 3 ``audit`` has found something; 130 interrupted; 141 whoever read the output has gone.
"""

from .entry import main

__all__ = ["main"]
