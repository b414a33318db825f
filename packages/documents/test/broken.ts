/** Damages files as disks, networks and people do; a seed determines the kind and position of the damage. */
import { randomUint32 } from '@attune/base/random';

/** Random integers, determined by seed and file. */
type Draw = (most: number) => number;

type Damage = (data: Buffer, draw: Draw, other: Buffer) => Buffer;

const damages: Record<string, Damage> = {
  cut: (data, draw) => data.subarray(0, draw(data.length)),
  headless: (data, draw) => data.subarray(1 + draw(Math.min(data.length, 4096))),
  bits: (data, draw) => changed(data, 1 + draw(40), (copy) => (copy[draw(copy.length)] ^= 1 << draw(8))),
  bytes: (data, draw) => changed(data, 1 + draw(200), (copy) => (copy[draw(copy.length)] = draw(256))),
  // Counts and lengths that are far too large.
  huge: (data, draw) =>
    changed(data, 1 + draw(12), (copy) => {
      const at = draw(copy.length);
      copy.fill(255, at, Math.min(copy.length, at + 4));
    }),
  zeros: (data, draw) =>
    changed(data, 1, (copy) => {
      const at = draw(copy.length);
      copy.fill(0, at, at + draw(copy.length - at));
    }),
  gap: (data, draw) => {
    const at = draw(data.length);
    return Buffer.concat([data.subarray(0, at), data.subarray(at + 1 + draw(2000))]);
  },
  repeated: (data, draw) => {
    const at = draw(data.length);
    const piece = data.subarray(at, at + 1 + draw(4000));
    return Buffer.concat([data.subarray(0, at), ...Array<Buffer>(1 + draw(50)).fill(piece), data.subarray(at)]);
  },
  spliced: (data, draw, other) =>
    Buffer.concat([data.subarray(0, draw(data.length)), other.subarray(draw(other.length))]),
  swapped: (data, draw) => {
    const at = draw(data.length);
    return Buffer.concat([data.subarray(at), data.subarray(0, at)]);
  },
  appended: (data, _draw, other) => Buffer.concat([data, other]),
  'not UTF-8': (data, draw) =>
    changed(data, 1 + draw(20), (copy) => copy.write('\xc3\x28', draw(copy.length), 'latin1')),
  marked: (data) => Buffer.concat([Buffer.from([0xff, 0xfe]), data]),
};

function changed(data: Buffer, times: number, change: (copy: Buffer) => void): Buffer {
  const copy = Buffer.from(data);
  for (let time = 0; time < times && copy.length > 0; time++) change(copy);
  return copy;
}

/** Broken files by name; one in eight has another kind's extension. */
export function brokenFiles(
  whole: readonly { name: string; data: Buffer }[],
  { count, seed }: { count: number; seed: number },
): Map<string, Buffer> {
  const kinds = Object.entries(damages);
  const files = new Map<string, Buffer>();
  for (let index = 0; index < count; index++) {
    let drawn = 0;
    const draw: Draw = (most) => (most <= 0 ? 0 : randomUint32([seed, `file ${index}`], drawn++) % most);
    // Combines every kind of file with every kind of damage before repeating a pair.
    const { name, data } = whole[index % whole.length];
    const [damage, apply] = kinds[Math.floor(index / whole.length + index) % kinds.length];
    const other = whole[draw(whole.length)];
    const ending = (draw(8) === 0 ? other.name : name)
      .split('/')
      .at(-1)!
      .replace(/^[^.]*/, '');
    files.set(
      `${String(index).padStart(4, '0')}-${damage.replaceAll(' ', '-')}${ending}`,
      apply(data, draw, other.data),
    );
  }
  return files;
}
