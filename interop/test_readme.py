"""The first screen of the README, with the Java on its left and the Python on its right as they stand there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from interop.harness import Harness

README = Path(__file__).resolve().parent.parent / "README.md"
JAVA_AROUND_IT = """
import java.io.*;
import java.net.*;

public class Screen {{
    static ServerSocket listening() throws IOException {{
        ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        System.out.println(server.getLocalPort());
        return server;
    }}

    public static void main(String[] arguments) throws Exception {{
{}    }}
}}
"""


def test_first_screen(java: Harness, tmp_path: Path) -> None:
    screen = README.read_text("utf-8").partition("make demo")[0]
    (java_code,) = re.findall(r"```java\n(.*?)```", screen, re.DOTALL)
    (python_code,) = re.findall(r"```python\n(.*?)```", screen, re.DOTALL)
    expected = re.findall(r"print\(.*?\)  # (.*)", python_code)
    assert "new ServerSocket(9000)" in java_code
    source = tmp_path / "Screen.java"
    # At a port that is free, on the loopback interface; nothing else is changed.
    source.write_text(JAVA_AROUND_IT.format(java_code.replace("new ServerSocket(9000)", "listening()")), "utf-8")
    with subprocess.Popen([java.jdk.java, source], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            port = server.stdout.readline().strip()
            told = subprocess.run(
                [sys.executable, "-c", "import bridge\n" + python_code.replace("9000", port)],
                capture_output=True,
                text=True,
                timeout=60,
                check=False,
            )
            assert (told.stdout.splitlines(), told.stderr) == (expected, "")
            assert server.wait(60) == 0
        finally:
            server.kill()
