import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { outcomeOf } from '../../../../src/training/objectives/rewards/code/code-reward.ts';
import { isolation, programPath } from '../../../../src/training/objectives/rewards/code/isolation.ts';
import { rewardSpec, type CodeReward } from '../../../../src/training/objectives/rewards/reward.options.ts';

const spec = (settings: object) => rewardSpec.parse({ rule: 'code', language: 'python', ...settings }) as CodeReward;

function run(completion: string, tests: readonly string[], settings: object = {}) {
  return outcomeOf({ completion, row: { tests } }, spec(settings));
}

describe.skipIf(isolation().name === 'none' || programPath('python3') === undefined)(
  'Python (needs bubblewrap and python3)',
  () => {
    it('passes its tests by values, objects, errors, generators and coroutines', async () => {
      const code = [
        'import collections, math',
        'def add(a, b): return a + b',
        'def sort_(values): values.sort()',
        'def squares(n):\n    for i in range(n): yield i * i',
        'async def later(x): return x + 1',
        'Point = collections.namedtuple("Point", "x y")',
        [
          'class Stack:',
          '    def __init__(self): self.items = []',
          '    def push(self, x): self.items.append(x); return self',
          '    def __len__(self): return len(self.items)',
        ].join('\n'),
        'class Full(ValueError): pass',
        'def fail(kind):\n    raise Full("no") if kind else KeyError("k")',
        'def apply(f, x): return f(x) + 1',
        'TABLE = {1: ("a", {2.5, None})}',
      ].join('\n');
      const tests = [
        'assert add(1, 2) == 3',
        'add([1], [2]) == [1, 2]',
        'v = [3, 1, 2]; sort_(v); assert v == [1, 2, 3]',
        'list(squares(4)) == [0, 1, 4, 9]',
        'import asyncio\nassert asyncio.run(later(1)) == 2',
        'p = Point(1, y=2); assert p.y == 2 and p == (1, 2)',
        's = Stack(); assert len(s.push(5).push(6)) == 2; assert s.items[-1] == 6',
        'try:\n    fail(True)\nexcept Full as error:\n    assert str(error) == "no"\nelse:\n    assert False',
        'try:\n    fail(False)\nexcept KeyError:\n    pass',
        'apply(lambda x: x * 10, 4) == 41',
        'TABLE == {1: ("a", {2.5, None})}',
        'isinstance(Stack(), Stack) and not isinstance(3, Stack)',
      ];
      expect(await run(code, tests)).toEqual({ share: 1 });
    });

    it.each([
      ['is no Python', 'def add(:', 'syntax'],
      ['raises', 'raise ValueError()', 'wrong'],
      ['loops without end', 'def add(a, b):\n    while True: pass', 'timeout'],
      ['allocates without end', 'def add(a, b):\n    x = []\n    while True: x.append(bytearray(10**6))', 'memory'],
      ['prints without end', 'def add(a, b):\n    while True: print("x" * 1000)', 'output'],
      ['ends its process', 'import os\ndef add(a, b): os._exit(0)', 'crash'],
      [
        'kills what it can',
        'import os, signal\ndef add(a, b): os.kill(os.getppid(), signal.SIGKILL); os.kill(os.getpid(), signal.SIGKILL)',
        'crash',
      ],
      [
        'equals everything',
        'class Any(int):\n    def __eq__(self, other): return True\n    def __ne__(self, other): return False\ndef add(a, b): return Any()',
        'wrong',
      ],
      [
        'equals everything without being a number',
        'class Any:\n    def __eq__(self, other): return True\ndef add(a, b): return Any()',
        'wrong',
      ],
      [
        'reads the frames that called it',
        [
          'import sys',
          'def add(a, b):',
          '    f = sys._getframe()',
          '    while f:',
          '        if int("7" * 2) in f.f_code.co_consts: return int("7" * 2)',
          '        f = f.f_back',
          '    return 0',
        ].join('\n'),
        'wrong',
      ],
      [
        'looks through all objects',
        'import gc\ndef add(a, b): return 77 if any("== 77" in o for o in gc.get_objects() if isinstance(o, str)) else 0',
        'wrong',
      ],
      [
        'changes the language',
        'import builtins\nbuiltins.eval = builtins.exec = builtins.compile = lambda *_: True\ndef add(a, b): return 0',
        'wrong',
      ],
      [
        "answers in the judge's place",
        [
          'import os, json, struct',
          'def add(a, b):',
          '    for fd in range(10):',
          '        try: os.write(fd, b"0 pass\\n" * 5)',
          '        except OSError: pass',
          '    return 0',
        ].join('\n'),
        'output',
      ],
      [
        'says that its test passed',
        [
          'import os, json, struct',
          'def add(a, b):',
          '    for end in ("pass", True):',
          '        m = json.dumps({"ended": end}).encode()',
          '        for fd in range(3, 10):',
          '            try: os.write(fd, struct.pack(">I", len(m)) + m)',
          '            except OSError: pass',
          '    os._exit(0)',
        ].join('\n'),
        'crash',
      ],
      ['opens a socket', 'import socket\ndef add(a, b):\n    socket.socket(socket.AF_UNIX)\n    return 77', 'wrong'],
      ['starts a process', 'import os\ndef add(a, b): return 77 if os.fork() >= 0 else 0', 'wrong'],
      [
        'starts a thread',
        'import threading\ndef add(a, b):\n    threading.Thread(target=print).start()\n    return 77',
        'wrong',
      ],
      ['writes a file', 'def add(a, b):\n    open("/tmp/attune-escaped", "w")\n    return 77', 'wrong'],
      ['reads a file of the machine', 'def add(a, b):\n    open("/etc/passwd")\n    return 77', 'wrong'],
      [
        'climbs by a function of the test',
        'def add(a, b, f=None): return f.__globals__ if f else 0\ndef call(f): return f.__globals__',
        'wrong',
      ],
    ])('code that %s passes nothing', async (_, code, failure) => {
      const outcome = await run(
        code,
        ['assert add(1, 2) == 77', 'call(lambda: 77)["add"](1, 2) == 77'].slice(0, code.includes('def call') ? 2 : 1),
        {
          timeout: failure === 'timeout' ? 1 : 20,
          memory_mb: 64,
        },
      );
      expect(outcome.share).toBe(0);
      expect([outcome.failure, 'crash']).toContain(failure);
      expect(existsSync('/tmp/attune-escaped')).toBe(false);
    });

    it('goes on with the next test after one that never ended', async () => {
      const code = 'def f(n):\n    while n: pass\n    return 1';
      expect(await run(code, ['f(1) == 1', 'f(0) == 1'], { timeout: 2 })).toEqual({
        share: 0.5,
        failure: 'timeout',
      });
    });
  },
);
