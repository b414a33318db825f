import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { AttuneError } from '../../../src/base/errors.ts';
import { randomUint32 } from '../../../src/base/random.ts';
import {
  arange,
  fromArray,
  liveTensors,
  ones,
  readSafetensorsHeader,
  SafetensorsFile,
  scope,
  tensor,
  writeSafetensors,
  zeros,
  type DType,
  type Tensor,
} from '../../../src/engine/tensor/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'attune-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));
const fixture = fileURLToPath(new URL('../../../fixtures/models/llama/model.safetensors', import.meta.url));

let files = 0;
function newPath(): string {
  return join(folder, `${files++}.safetensors`);
}

/** Writes a file with the given header (an object, or bytes in place of the JSON) and this many bytes of data. */
function write(header: unknown, dataBytes: number, length?: bigint): string {
  const json = Buffer.isBuffer(header) ? header : Buffer.from(JSON.stringify(header));
  const first = Buffer.alloc(8);
  first.writeBigUInt64LE(length ?? BigInt(json.byteLength));
  const path = newPath();
  writeFileSync(path, Buffer.concat([first, json, Buffer.alloc(dataBytes)]));
  return path;
}

function entry(shape: unknown, offsets: unknown, dtype: unknown = 'F32'): Record<string, unknown> {
  return { dtype, shape, data_offsets: offsets };
}

function codeOf(path: string): string {
  try {
    readSafetensorsHeader(path);
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    return `${error.code} ${error.got}`;
  }
  return 'accepted';
}

describe('reading', () => {
  it("maps tensors by name, in the file's order, with shapes and types", () => {
    using file = new SafetensorsFile(fixture);
    scope(() => {
      expect(file.has('lm_head.weight')).toBe(true);
      expect(file.get('model.embed_tokens.weight').shape).toEqual([256, 64]);
      expect(file.header.metadata).toEqual({ format: 'pt' });
      expect(() => file.get('nothing')).toThrow(/no tensor "nothing"/);
    });
  });

  it('a tensor keeps its pages after the file is closed, and changing it leaves the file as it was', () => {
    const path = newPath();
    scope(() => writeSafetensors(path, new Map([['x', arange(4)]])));
    const before = readFileSync(path);
    const file = new SafetensorsFile(path);
    const x = file.get('x');
    file[Symbol.dispose]();
    x.add_(10);
    expect(x.toNumbers()).toEqual([10, 11, 12, 13]);
    expect(readFileSync(path)).toEqual(before);
    expect(() => file.get('x')).toThrow(/closed/);
    x.dispose();
  });

  it('a tensor that is not aligned in the file is copied', () => {
    const path = newPath();
    const header = Buffer.from(JSON.stringify({ a: entry([3], [0, 3], 'U8'), b: entry([2], [3, 11]) }));
    const first = Buffer.alloc(8);
    first.writeBigUInt64LE(BigInt(header.byteLength));
    const data = Buffer.alloc(11);
    data.writeFloatLE(1.5, 3);
    data.writeFloatLE(-2, 7);
    writeFileSync(path, Buffer.concat([first, header, data]));
    using file = new SafetensorsFile(path);
    scope(() => expect(file.get('b').toNumbers()).toEqual([1.5, -2]));
  });

  it('tensors without elements, scalars, and a file without tensors', () => {
    const path = newPath();
    scope(() =>
      writeSafetensors(
        path,
        new Map([
          ['none', zeros([0, 3])],
          ['one', zeros([]).add(7)],
        ]),
      ),
    );
    using file = new SafetensorsFile(path);
    scope(() =>
      expect([file.get('none').shape, file.get('one').shape, file.get('one').item()]).toEqual([[0, 3], [], 7]),
    );
    expect(readSafetensorsHeader(write({}, 0)).entries).toEqual([]);
  });
});

describe('a header that is hostile or damaged is refused:', () => {
  const tooLarge = Number.MAX_SAFE_INTEGER;
  const cases: [string, string, RegExp][] = [
    ['a length of 2^63', write({}, 0, 2n ** 63n), /BAD a header of 9223372036854775808 bytes/],
    ['a length of 200 MB', write({}, 0, 200_000_000n), /BAD a header of 200000000 bytes/],
    [
      'a length past the end',
      write({ a: entry([1], [0, 4]) }, 4, 1000n),
      /TRUNCATED a header of 1000 bytes in a file of/,
    ],
    ['no JSON', write(Buffer.from('{"a": '), 0), /BAD the header is not JSON/],
    ['no UTF-8', write(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 0), /BAD the header is not JSON/],
    ['a list', write([], 0), /BAD the header is not a JSON object/],
    ['null', write(null, 0), /BAD the header is not a JSON object/],
    ['an entry that is no object', write({ a: 7 }, 0), /BAD tensor "a" has no entry in the header/],
    ['an unknown type', write({ a: entry([1], [0, 4], 'F5') }, 4), /BAD tensor "a" has the unknown type "F5"/],
    [
      'a type from the prototype',
      write({ a: entry([1], [0, 4], 'constructor') }, 4),
      /BAD tensor "a" has the unknown type/,
    ],
    ['no type', write({ a: { shape: [1], data_offsets: [0, 4] } }, 4), /BAD tensor "a" has the unknown type undefined/],
    ['a negative size', write({ a: entry([-1], [0, 4]) }, 4), /BAD tensor "a" has the shape \[-1\]/],
    ['a broken size', write({ a: entry([1.5], [0, 6]) }, 6), /BAD tensor "a" has the shape \[1.5\]/],
    ['a size as text', write({ a: entry(['1'], [0, 4]) }, 4), /BAD tensor "a" has the shape/],
    ['no shape', write({ a: entry(undefined, [0, 4]) }, 4), /BAD tensor "a" has the shape undefined/],
    ['sizes whose product overflows', write({ a: entry([tooLarge, tooLarge], [0, 4]) }, 4), /BAD tensor "a" of shape/],
    [
      'offsets backwards',
      write({ a: entry([0], [4, 0]) }, 4),
      /BAD tensor "a" of shape \[0\] needs 0 bytes, its offsets give -4/,
    ],
    ['one offset', write({ a: entry([1], [4]) }, 4), /BAD tensor "a" has the offsets \[4\]/],
    ['an offset below zero', write({ a: entry([1], [-4, 0]) }, 4), /BAD tensor "a" has the offsets/],
    [
      'too few bytes for the shape',
      write({ a: entry([2], [0, 4]) }, 4),
      /BAD tensor "a" of shape \[2\] needs 8 bytes, its offsets give 4/,
    ],
    [
      'tensors that overlap',
      write({ a: entry([2], [0, 8]), b: entry([2], [4, 12]) }, 12),
      /BAD tensor "b" starts at byte 4, not at 8/,
    ],
    [
      'a hole',
      write({ a: entry([1], [0, 4]), b: entry([1], [8, 12]) }, 12),
      /BAD tensor "b" starts at byte 8, not at 4/,
    ],
    ['data cut off', write({ a: entry([4], [0, 16]) }, 12), /TRUNCATED the tensors need 16 bytes, the file has 12/],
    ['bytes after the last tensor', write({ a: entry([1], [0, 4]) }, 5), /BAD 1 bytes after the last tensor/],
    ['metadata that are no text', write({ __metadata__: { n: 1 } }, 0), /BAD __metadata__ is not a table of strings/],
    ['metadata that are a list', write({ __metadata__: ['pt'] }, 0), /BAD __metadata__ is not a table of strings/],
  ];

  it.each(cases)('%s', (_, path, message) => {
    expect(codeOf(path)).toMatch(message);
    const before = liveTensors();
    expect(() => new SafetensorsFile(path)).toThrow(AttuneError);
    expect(liveTensors()).toBe(before);
  });

  it('a file of seven bytes, an empty one, a folder and none at all', () => {
    const path = newPath();
    writeFileSync(path, 'seven b');
    expect(codeOf(path)).toBe('E_SAFETENSORS_TRUNCATED only 7 bytes');
    writeFileSync(path, '');
    expect(codeOf(path)).toBe('E_SAFETENSORS_TRUNCATED only 0 bytes');
    expect(codeOf(join(folder, 'none.safetensors'))).toMatch(/^E_WEIGHTS_MISSING/);
    expect(codeOf(folder)).toMatch(/^E_WEIGHTS_MISSING/);
  });

  it('a name like "__proto__" is a name like any other', () => {
    const path = write(Buffer.from('{"__proto__":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'), 4);
    using file = new SafetensorsFile(path);
    expect(file.names).toEqual(['__proto__']);
  });

  it('never crashes and never reads outside the file, whatever bytes are changed or cut off', () => {
    const path = newPath();
    scope(() =>
      writeSafetensors(
        path,
        new Map([
          ['a', ones([2, 3])],
          ['b', arange(3)],
          ['c', ones([4]).to('bf16')],
        ]),
      ),
    );
    const sound = readFileSync(path);
    const outcomes = { accepted: 0, refused: 0 };
    for (let round = 0; round < 600; round++) {
      const bytes = Buffer.from(sound);
      const draw = (index: number, below: number) => randomUint32([1, 'fuzz', round], index) % below;
      for (let i = 0; i <= round % 3; i++) bytes[draw(2 * i, 240)] = draw(2 * i + 1, 256);
      writeFileSync(path, bytes);
      if (round % 5 === 0) truncateSync(path, draw(9, bytes.byteLength));
      outcomes[readAll(path)]++;
    }
    expect(outcomes.accepted).toBeGreaterThan(10); // a changed name or value is not damage that can be seen
    expect(outcomes.refused).toBeGreaterThan(200);
  });
});

/** Opens a file and reads all values; any error except an AttuneError fails. */
function readAll(path: string): 'accepted' | 'refused' {
  try {
    using file = new SafetensorsFile(path);
    scope(() => file.names.forEach((name) => file.get(name).data().at(-1)));
    return 'accepted';
  } catch (error) {
    if (!(error instanceof AttuneError)) throw error;
    return 'refused';
  }
}

describe('writing', () => {
  it("gives the reference writer's bytes", () => {
    const path = newPath();
    using file = new SafetensorsFile(fixture);
    scope(() => {
      const reversed = file.names.toReversed().map((name): [string, Tensor] => [name, file.get(name)]);
      expect(writeSafetensors(path, new Map(reversed))).toBe(readFileSync(fixture).byteLength);
    });
    expect(readFileSync(path).equals(readFileSync(fixture))).toBe(true);
  });

  const types: DType[] = ['f64', 'f32', 'bf16', 'f16', 'i64', 'i32', 'i16', 'i8', 'u8', 'bool'];

  it('keeps every type, wider ones first, so that each is aligned', () => {
    const path = newPath();
    scope(() => {
      const tensors = new Map<string, Tensor>(types.map((dtype) => [`t.${dtype}`, tensor([0, 1, 1], { dtype })]));
      tensors.set('t.c64', fromArray(Float32Array.of(1, 2), [1], 'c64'));
      writeSafetensors(path, tensors, {});
      using file = new SafetensorsFile(path);
      for (const [name, value] of tensors) {
        expect([name, file.get(name).dtype, [...file.get(name).data()]]).toEqual([
          name,
          value.dtype,
          [...value.data()],
        ]);
      }
      expect(file.header.metadata).toEqual({});
      for (const { begin, shape, dtype } of file.header.entries) {
        const width = { f64: 8, i64: 8, c64: 8, f32: 4, i32: 4 }[dtype as string] ?? (/16/.test(dtype) ? 2 : 1);
        expect([dtype, begin % width, shape.length]).toEqual([dtype, 0, 1]);
      }
    });
  });

  it('lays views out in row order and sorts names as the reference does', () => {
    const path = newPath();
    scope(() => {
      const x = tensor([1, 2, 3, 4, 5, 6], { shape: [2, 3] });
      writeSafetensors(
        path,
        new Map([
          ['b', x.transpose(0, 1)],
          ['a.10', ones([1])],
          ['a.2', ones([1])],
          ['B', ones([1])],
        ]),
      );
      using file = new SafetensorsFile(path);
      expect(file.names).toEqual(['B', 'a.10', 'a.2', 'b']);
      expect(file.get('b').toNumbers()).toEqual([1, 4, 2, 5, 3, 6]);
    });
  });

  it('is atomic: a failure half-way leaves the old file whole and nothing beside it', () => {
    const path = newPath();
    scope(() => {
      writeSafetensors(path, new Map([['x', arange(3)]]));
      const before = readFileSync(path);
      const neighbours = readdirSync(folder).length;
      const gone = ones([2]);
      const tensors = new Map([
        ['x', ones([5])],
        ['y', gone],
      ]);
      void [gone.shape, gone.dtype];
      gone.dispose();
      expect(() => writeSafetensors(path, tensors)).toThrow(/after it was freed/);
      expect(readFileSync(path).equals(before)).toBe(true);
      expect(readdirSync(folder).length).toBe(neighbours);
    });
  });

  it.skipIf(process.getuid?.() === 0)('says so where the folder cannot be written', () => {
    const locked = mkdtempSync(join(folder, 'locked-'));
    chmodSync(locked, 0o500);
    scope(() => expect(() => writeSafetensors(join(locked, 'x'), new Map([['x', ones([1])]]))).toThrow(AttuneError));
    expect(existsSync(join(locked, 'x'))).toBe(false);
  });
});

it.skipIf(process.platform !== 'linux')("a tensor that is read once gives its file's pages back", () => {
  const path = newPath();
  const MIB = 2 ** 20;
  scope(() => writeSafetensors(path, new Map(['a', 'b'].map((name) => [name, ones([16 * MIB])]))));
  using file = new SafetensorsFile(path);
  const read = (name: string) => scope(() => expect(file.get(name).sum().item()).toBe(16 * MIB));
  const mapped = () => Number(/RssFile:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]) / 1024;
  read('a');
  const before = mapped();
  scope(() => {
    const kept = file.get('b');
    read('a');
    expect(kept.sum().item()).toBe(16 * MIB);
    expect(mapped() - before).toBeGreaterThan(32);
  });
  expect(mapped() - before).toBeLessThan(8);
});
