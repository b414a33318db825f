const SIZE = 624;
const SHIFT = 397;

/** 32-bit numbers of a Mersenne Twister (Matsumoto and Nishimura, 1998), as in torch.Generator. */
function* mersenneTwister(seed: number): Generator<number> {
  const state = new Uint32Array(SIZE);
  state[0] = seed;
  for (let i = 1; i < SIZE; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
  for (;;) {
    for (let i = 0; i < SIZE; i++) {
      const y = (state[i] & 0x80000000) | (state[(i + 1) % SIZE] & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE] ^ (y >>> 1) ^ (y % 2 === 0 ? 0 : 0x9908b0df);
    }
    for (const word of state) {
      let y = word ^ (word >>> 11);
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      yield (y ^ (y >>> 18)) >>> 0;
    }
  }
}

/** Consecutive draws of torch's uniform_(0, 1) with this generator seed, in f32 on CPU. */
export function uniformNumbers(seed: number): (count: number) => Float32Array {
  const numbers = mersenneTwister(seed);
  return (count) => Float32Array.from({ length: count }, () => (Number(numbers.next().value) % 2 ** 24) / 2 ** 24);
}

/** The first numbers of torch.randperm(size) with this generator seed, on CPU. */
export function shuffledStart(size: number, count: number, seed: number): BigInt64Array {
  const numbers = mersenneTwister(seed);
  const moved = new Map<number, number>();
  const at = (place: number) => moved.get(place) ?? place;
  return BigInt64Array.from({ length: count }, (_, i) => {
    if (i === size - 1) return BigInt(at(i));
    const other = i + (Number(numbers.next().value) % (size - i));
    const [own, chosen] = [at(i), at(other)];
    moved.set(other, own);
    moved.set(i, chosen);
    return BigInt(chosen);
  });
}
