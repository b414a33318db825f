"""Values and calls between two Python processes: the judge, which runs the tests, and the answer, which runs the code.

Plain values are copied; everything else stays where it was made and is reached through a Remote. Frames are a length of
four bytes and JSON. Neither side trusts the other's frames.
"""

import asyncio
import builtins
import collections
import datetime
import decimal
import fractions
import inspect
import json
import os
import struct

MOST_BYTES = 1 << 24
MUTABLE = (list, dict, set, bytearray, collections.deque)

FORWARDED = (
    'abs add and bool call contains delitem divmod enter exit float floordiv format ge getitem gt hash iadd imul '
    'index instancecheck int invert isub iter le len lshift lt matmul mod mul neg next or pos pow radd rand '
    'repr reversed rfloordiv rmod rmul ror round rpow rshift rsub rtruediv rxor setitem str sub truediv xor'
).split()


OPERATORS = {f'__{name}__' for name in FORWARDED}


class Gone(Exception):
    """The other side has ended, or has said more than it may."""


def read_exactly(length, source=0):
    parts = bytearray()
    while len(parts) < length:
        part = os.read(source, length - len(parts))
        if not part:
            raise Gone('crash')
        parts += part
    return bytes(parts)


def write_all(data, target=1):
    while data:
        data = data[os.write(target, data) :]


class Remote:
    """An object of the other process."""

    def __init__(self, peer, number):
        object.__setattr__(self, '_peer', peer)
        object.__setattr__(self, '_number', number)

    def __getattr__(self, name):
        return self._peer.ask('get', self, name)

    def __setattr__(self, name, value):
        self._peer.ask('set', self, name, value)

    # A value of the other process never equals a plain one, whatever its own __eq__ says.
    def __eq__(self, other):
        if not isinstance(other, Remote):
            return False
        return self._number == other._number or self._peer.ask('equal', self, other) is True


def forwarded(name):
    def method(self, *values, **named):
        return self._peer.ask('operator', self, name, *values, **named)

    return method


for operator in OPERATORS:
    setattr(Remote, operator, forwarded(operator))


class Peer:
    def __init__(self, read, write, may_reach=lambda *_: True):
        """read(n) and write(bytes) move exactly that many bytes; may_reach says what the other side may do here."""
        self.read, self.write, self.may_reach = read, write, may_reach
        self.forget()

    def forget(self):
        self.shown, self.numbers, self.errors = [], {}, {}

    def send(self, message):
        frame = json.dumps(message).encode()
        if len(frame) > MOST_BYTES:
            raise Gone('output')
        self.write(struct.pack('>I', len(frame)) + frame)

    def receive(self):
        (length,) = struct.unpack('>I', self.read(4))
        if length > MOST_BYTES:
            raise Gone('output')
        return json.loads(self.read(length))

    def ask(self, operation, *values, **named):
        packed = [self.pack(value) for value in values]
        self.send({'do': operation, 'values': packed, 'named': self.pack(named)})
        reply = self.serve()
        for value, before, after in zip(values, packed, reply.get('after', ())):
            if type(value) in MUTABLE and after is not None and after != before:
                replace(value, self.unpack(after))
        if 'error' in reply:
            raise self.unpack_error(reply['error'])
        return self.unpack(reply['value'])

    def serve(self):
        """Does what the other side asks for, until a reply to this side's own question comes."""
        while True:
            message = self.receive()
            if 'do' not in message:
                return message
            values = [self.unpack(value) for value in message['values']]
            try:
                reply = {'value': self.pack(self.perform(message['do'], values, self.unpack(message['named'])))}
            except Gone:
                raise
            except BaseException as error:
                reply = {'error': self.pack_error(error)}
            reply['after'] = [self.pack(value) if type(value) in MUTABLE else None for value in values]
            self.send(reply)

    def perform(self, operation, values, named):
        target, *rest = values
        if not self.may_reach(target, operation, *rest[:1]):
            raise AttributeError(str(rest[:1]))
        name = rest[0] if rest else None
        if operation == 'get':
            return getattr(target, name)
        if operation == 'set':
            return setattr(target, name, rest[1])
        if operation == 'equal':
            return target == rest[0]
        if operation == 'await':
            return asyncio.run(awaited(target))
        return apply(target, name, rest[1:], named)

    def pack(self, value, depth=0):
        kind = type(value)
        if value is None or kind in (bool, int, float, str):
            return [kind.__name__, value]
        if depth > 100:
            raise ValueError('a value nested deeper than 100')
        within = lambda values: [self.pack(each, depth + 1) for each in values]
        if isinstance(value, dict):
            return ['dict', [within(pair) for pair in value.items()]]
        if isinstance(value, tuple) and hasattr(kind, '_fields'):
            return ['record', kind.__name__, list(kind._fields), within(value)]
        for plain in (list, tuple, set, frozenset, collections.deque):
            if isinstance(value, plain):
                return [plain.__name__, within(value)]
        for plain in (bool, int, float, str):
            if isinstance(value, plain):
                return [plain.__name__, plain(value)]
        if kind in (bytes, bytearray):
            return [kind.__name__, value.hex()]
        if kind is complex:
            return ['complex', [value.real, value.imag]]
        if kind in (decimal.Decimal, fractions.Fraction):
            return [kind.__name__, str(value)]
        if kind in (datetime.date, datetime.datetime, datetime.time):
            return [kind.__name__, value.isoformat()]
        if kind is Remote:
            return ['yours', value._number]
        if inspect.iscoroutine(value):
            return ['coroutine', self.number_of(value)]
        if isinstance(value, type) and issubclass(value, BaseException):
            return ['error', self.pack_error_type(value)]
        return ['mine', self.number_of(value)]

    def number_of(self, value):
        if id(value) not in self.numbers:
            self.numbers[id(value)] = len(self.shown)
            self.shown.append(value)
        return self.numbers[id(value)]

    def unpack(self, data):
        kind, value = data[0], data[1]
        if kind in ('NoneType', 'bool', 'int', 'float', 'str'):
            return value
        if kind == 'dict':
            return {self.unpack(key): self.unpack(each) for key, each in value}
        if kind == 'record':
            return collections.namedtuple(value, data[2])(*map(self.unpack, data[3]))
        if kind in ('bytes', 'bytearray'):
            return getattr(builtins, kind).fromhex(value)
        if kind == 'complex':
            return complex(*value)
        if kind == 'yours':
            return self.shown[value]
        if kind == 'mine':
            return Remote(self, value)
        if kind == 'coroutine':
            return self.coroutine(Remote(self, value))
        if kind == 'error':
            return self.unpack_error_type(value)
        if kind in ('date', 'datetime', 'time'):
            return getattr(datetime, kind).fromisoformat(value)
        if kind in ('Decimal', 'Fraction'):
            return {'Decimal': decimal.Decimal, 'Fraction': fractions.Fraction}[kind](value)
        plain = {'list': list, 'tuple': tuple, 'set': set, 'frozenset': frozenset, 'deque': collections.deque}[kind]
        return plain(map(self.unpack, value))

    async def coroutine(self, remote):
        return self.ask('await', remote)

    def pack_error_type(self, kind):
        known = next(each for each in kind.__mro__ if getattr(builtins, each.__name__, None) is each)
        return [kind.__name__, known.__name__, None if known is kind else self.number_of(kind)]

    def unpack_error_type(self, data):
        name, known, number = data
        base = getattr(builtins, known, Exception)
        if not (isinstance(base, type) and issubclass(base, Exception)):
            base = RuntimeError
        if number is None:
            return base
        if number not in self.errors:
            self.errors[number] = type(str(name), (base,), {})
        return self.errors[number]

    def pack_error(self, error):
        if not isinstance(error, Exception):
            error = RuntimeError(type(error).__name__)
        return [self.pack_error_type(type(error)), str(error)[:10_000]]

    def unpack_error(self, data):
        return self.unpack_error_type(data[0])(data[1])


def apply(target, name, values, named):
    if name not in OPERATORS:
        raise AttributeError(name)
    if name == '__call__':
        return target(*values, **named)
    if name == '__instancecheck__':
        return isinstance(values[0], target)
    if name == '__bool__':
        return bool(target)
    method = getattr(type(target), name, None)
    if method is None and name == '__iter__':
        return iter(target)
    if method is None:
        raise TypeError(f'{type(target).__name__} has no {name}')
    return method(target, *values)


async def awaited(value):
    return await value


def replace(value, changed):
    if isinstance(value, (list, bytearray)):
        value[:] = changed
    else:
        value.clear()
        (value.extend if isinstance(value, collections.deque) else value.update)(changed)
