"""Runs an answer's code. Each test gets a process of its own, forked from this one before it has run anything.

Standard input and output carry the frames of peer.py; the code's own output is counted and dropped.
"""

import os
import select
import signal
import struct
import sys
import time
import types

try:
    import ctypes
except ImportError:
    ctypes = None

from peer import MOST_BYTES, Gone, Peer, read_exactly, write_all


class Printed:
    """Counts what the code prints."""

    def __init__(self, most):
        self.left = most

    def write(self, text):
        self.left -= len(text)
        if self.left < 0:
            os._exit(4)
        return len(text)

    def flush(self):
        pass


def lock(program):
    """Takes away processes and threads: the bytes are a seccomp filter."""
    if ctypes is None:
        os._exit(5)

    class Filter(ctypes.Structure):
        _fields_ = [('length', ctypes.c_ushort), ('bytes', ctypes.c_char_p)]

    if ctypes.CDLL(None, use_errno=True).prctl(22, 2, ctypes.byref(Filter(len(program) // 8, program)), 0, 0) != 0:
        os._exit(5)


def serve(code, job, target):
    """The child's whole life: says which names the code defines, then does what the judge asks for."""
    os.close(1)
    sys.stdout = sys.stderr = Printed(job['most_printed'])
    peer = Peer(read_exactly, lambda data: write_all(data, target))
    space = {'__name__': 'answer', '__builtins__': __builtins__}
    if job['lock']:
        lock(bytes.fromhex(job['lock']))
    try:
        exec(code, space)
        own = {name: value for name, value in space.items() if not name.startswith('__')}
        # Modules are left out: a test imports its own.
        own = {name: value for name, value in own.items() if not isinstance(value, types.ModuleType)}
        peer.send({'value': peer.pack(own)})
        peer.serve()
    except MemoryError:
        os._exit(3)
    except BaseException as error:
        peer.send({'error': peer.pack_error(error)})
    os._exit(0)


def relay(source, seconds):
    """Passes on whole frames of the child until it ends or its time is over."""
    deadline = time.monotonic() + seconds
    waiting = bytearray()
    while True:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([source], [], [], left)[0]:
            return 'timeout'
        part = os.read(source, 1 << 16)
        if not part:
            return 'crash'
        waiting += part
        while len(waiting) >= 4:
            (length,) = struct.unpack('>I', waiting[:4])
            if length > MOST_BYTES:
                return 'output'
            if len(waiting) < 4 + length:
                break
            write_all(bytes(waiting[: 4 + length]))
            del waiting[: 4 + length]


EXITS = {3: 'memory', 4: 'output'}


def run_test(code, job):
    source, target = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(source)
        serve(code, job, target)
    os.close(target)
    end = relay(source, job['limit'])
    os.close(source)
    if end != 'crash':
        os.kill(child, signal.SIGKILL)
    status = os.waitpid(child, 0)[1]
    if end == 'crash' and os.WIFEXITED(status):
        end = EXITS.get(os.WEXITSTATUS(status), 'crash')
    Peer(read_exactly, write_all).send({'ended': end})


def main():
    peer = Peer(read_exactly, write_all)
    job = peer.receive()
    try:
        code = compile(job['code'], 'answer.py', 'exec')
    except (SyntaxError, ValueError):
        return peer.send({'ended': 'syntax'})
    except (MemoryError, RecursionError):
        return peer.send({'ended': 'memory'})
    peer.send({'ready': True})
    while True:
        message = peer.receive()
        # What is left of a test whose process is gone is passed over.
        if 'start' in message:
            run_test(code, job)


try:
    main()
except Gone:
    pass
