/** Quantiles of the normal distribution (Dettmers et al., "QLoRA", 2023, appendix E), relative to a block's largest magnitude. */
const nf4: readonly number[] = [
  -1, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
  -0.09105003625154495, 0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
  0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1,
];

const sizes = [0, 1 / 192, 2 / 3, 1, 1 / 3, 1 / 2, 1 / 6, 1 / 4];

/** Sign, two exponent bits and one mantissa bit, as in bitsandbytes; zero has two codes. */
const fp4: readonly number[] = [...sizes, ...sizes.map((size) => (size === 0 ? 0 : -size))];

/** Values of the 16 codes. */
export const codes = { nf4, fp4 } as const;
