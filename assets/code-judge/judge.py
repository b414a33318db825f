"""Runs the tests of a row. The code they test lives in another process and sees its arguments only.

Standard input has the job; verdicts go to standard output. Frames from and to the answer's process: descriptors 4 and 5.
"""

import json
import os
import sys

from peer import Gone, Peer, read_exactly, write_all


FAILURES = ('syntax', 'timeout', 'memory', 'output')


class Ended(BaseException):
    """The answer's process of this test has ended."""


class Answer(Peer):
    end = None

    def receive(self):
        message = super().receive()
        if 'ended' in message:
            self.end = message['ended'] if message['ended'] in FAILURES else 'crash'
            raise Ended
        return message

    def begin(self):
        self.forget()
        self.end = None
        self.send({'start': True})
        return self.receive()

    def finish(self):
        """Ends the answer's process of this test, and passes over what it still says."""
        if self.end is None:
            self.send({'over': True})
        while self.end is None:
            try:
                self.receive()
            except Ended:
                return


def may_reach(value, operation, name=None):
    """Functions of a test are called, its objects' public names are read; nothing leads to the test's text."""
    if operation in ('get', 'set'):
        return type(value).__module__ == 'test' and not str(name).startswith('_')
    return True


def compiled(test):
    try:
        return compile(test.strip(), 'test.py', 'eval')
    except SyntaxError:
        return compile(test, 'test.py', 'exec')


def verdict_of(answer, test):
    try:
        reply = answer.begin()
        if 'error' in reply:
            return 'wrong'
        space = {'__name__': 'test', **answer.unpack(reply['value'])}
        value = eval(compiled(test), space)
        # A test that catches everything also catches the end of the answer.
        return answer.end or ('wrong' if value is False else 'pass')
    except Ended:
        return answer.end
    except MemoryError:
        return 'memory'
    except Exception:
        return 'wrong'


def main():
    job = json.loads(sys.stdin.read())
    sys.stdin = None
    answer = Answer(lambda length: read_exactly(length, 4), lambda data: write_all(data, 5), may_reach)
    answer.send(job['answer'])
    try:
        answer.receive()
    except Ended:
        return say(0, answer.end)
    say('ready', '')
    for place, test in enumerate(job['tests']):
        say(place, verdict_of(answer, test))
        answer.finish()


def say(place, verdict):
    os.write(1, f'{place} {verdict}\n'.encode())


try:
    main()
except Gone:
    pass
