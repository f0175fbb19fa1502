"""Scanners for the tests: a small one that speaks clamd's INSTREAM over a real socket, and clamd itself."""

import shutil
import socket
import struct
import subprocess
import threading
import time
from contextlib import contextmanager, suppress

# As a program that looks for viruses would find it here: never whole in this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
CLAMD = shutil.which("clamd") or shutil.which("clamd", path="/usr/sbin")
CONFIGURATION = "DatabaseDirectory {0}/db\nLocalSocket {0}/clamd.sock\nForeground yes\nStreamMaxLength 20M\n"


def honest(said):
    """What is answered to a file with these bytes."""
    return b"stream: Eicar-Test-Signature FOUND" if EICAR in said else b"stream: OK"


@contextmanager
def server(answer=honest, *, version=b"ClamAV 1.4.3"):
    """``host:port`` of one that says ``answer(bytes of the file)``: None is silence, nothing hangs up, others drip."""
    stop = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        thread = threading.Thread(target=_serve, args=(listener, answer, version, stop), daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        stop.set()
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _serve(listener, answer, version, stop):
    while not stop.is_set():
        try:
            line, _ = listener.accept()
        except OSError:
            return
        with suppress(OSError), line, line.makefile("rb") as file:
            said = version if _command(file) == b"zVERSION" else answer(_stream(file))
            if said is None:
                stop.wait(5)
            elif said:
                for piece in [said + b"\0"] if isinstance(said, bytes) else said:
                    line.sendall(piece)


def _command(file):
    said = b""
    while (one := file.read(1)) not in (b"\0", b""):
        said += one
    return said


def _stream(file):
    said = b""
    while size := struct.unpack(">I", file.read(4))[0]:
        said += file.read(size)
    return said


@contextmanager
def clamd(folder):
    """The path of the socket of a real one, whose only signature is that of the test file."""
    (folder / "db").mkdir(parents=True)
    (folder / "db" / "test.ndb").write_text(f"Eicar-Test-Signature:0:*:{EICAR.hex()}\n")
    (folder / "clamd.conf").write_text(CONFIGURATION.format(folder))
    process = subprocess.Popen([CLAMD, "-c", folder / "clamd.conf"], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 20
        while not (folder / "clamd.sock").exists() and time.monotonic() < until:
            time.sleep(0.05)
        yield str(folder / "clamd.sock")
    finally:
        process.terminate()
        process.wait()
