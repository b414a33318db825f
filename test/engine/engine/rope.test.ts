// N tokens, r rotated features
import { describe, expect, it } from 'vitest';
import type { AttuneError } from '../../../src/base/errors.ts';
import type { RawConfig } from '../../../src/models/raw-config.ts';
import { decoderConfig } from '../../../src/models/decoder/config.ts';
import { ropeOptions, stretchedPositions, type RopeDefaults } from '../../../src/models/decoder/rope-settings.ts';
import { architectures } from '../../../src/models/index.ts';
import { layoutOfRows, Rope, rotate, type Layout } from '../../../src/engine/nn/index.ts';
import { fromArray, scope } from '../../../src/engine/tensor/index.ts';
import { tinyConfigs } from '../tiny-models.ts';

const base = { ...tinyConfigs.llama[0], rope_scaling: undefined, max_position_embeddings: 32 };

function ropeOf(raw: RawConfig, size: number, defaults?: RopeDefaults): Rope {
  return new Rope(ropeOptions(decoderConfig({ ...base, ...raw }), size, defaults));
}

/** Rotation of each feature pair per position for a row of the given length, and the amplitude. */
function turnsOf(rope: Rope, length: number): { turns: number[]; amplitude: number } {
  return scope(() => {
    const layout: Layout = { ...layoutOfRows([1], { causal: true, starts: [1] }), rowLengths: [length] };
    const { cos, sin } = rope.rotation(fromArray(layout.positions), layout, 'f64');
    const [c, s] = [cos.toNumbers(), sin.toNumbers()];
    const half = c.length / 2;
    expect([c.slice(half), s.slice(half)]).toEqual([c.slice(0, half), s.slice(0, half)]);
    const turns = Array.from({ length: half }, (_, i) => Math.atan2(s[i], c[i]));
    return { turns, amplitude: Math.hypot(c[0], s[0]) };
  });
}

function expectTurns(rope: Rope, length: number, turns: readonly number[], amplitude = 1): void {
  const got = turnsOf(rope, length);
  expect(got.amplitude).toBeCloseTo(amplitude, 7);
  expect(got.turns).toHaveLength(turns.length);
  for (const [i, turn] of turns.entries()) expect(got.turns[i] / turn).toBeCloseTo(1, 6);
}

const longrope = { rope_type: 'longrope', short_factor: [1, 1.1, 1.2, 1.3], long_factor: [2, 3, 4, 5] };
const yarn = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: 64 };
const YARN = [1, 0.237170825, 0.05, 0.00790569415, 0.0025, 0.000790569415, 0.00025, 7.90569415e-5];
const SHORT = [1, 0.0909090909, 0.00833333333, 0.000769230769];

// Frequencies computed in Python with transformers' modeling_rope_utils.
describe.each([
  ['rope_scaling', (scaling: object) => ({ rope_theta: 10000, rope_scaling: scaling })],
  ['rope_parameters', (scaling: object) => ({ rope_parameters: { rope_theta: 10000, ...scaling } })],
] as const)('rotary positions stretched by %s', (_, spelt) => {
  it('linear divides every frequency', () => {
    expectTurns(ropeOf(spelt({ rope_type: 'linear', factor: 4 }), 8), 9, [0.25, 0.025, 0.0025, 0.00025]);
    expectTurns(ropeOf(spelt({ type: 'linear', factor: 4 }), 8), 9, [0.25, 0.025, 0.0025, 0.00025]);
  });

  it('dynamic changes the base of rows that are longer than what the model knows', () => {
    const rope = ropeOf(spelt({ rope_type: 'dynamic', factor: 4 }), 8);
    for (const length of [1, 20, 32]) expectTurns(rope, length, [1, 0.1, 0.01, 0.001]);
    expectTurns(rope, 40, [1, 0.0793700526, 0.00629960525, 0.0005]);
    expectTurns(rope, 128, [1, 0.042529037, 0.00180871899, 7.69230769e-5]);
  });

  it('yarn slows the slow ones and makes scores larger', () => {
    expectTurns(ropeOf(spelt(yarn), 16), 9, YARN, 1.13862944);
    expectTurns(ropeOf(spelt({ ...yarn, mscale: 1, mscale_all_dim: 0.8 }), 16), 9, YARN, 1.02495796);
    expectTurns(ropeOf(spelt({ ...yarn, mscale: 1, mscale_all_dim: 0 }), 16), 9, YARN, 1.13862944);
    const uncut = [1, 0.19858352, 0.0255952459, ...YARN.slice(3)];
    expectTurns(ropeOf(spelt({ ...yarn, truncate: false }), 16), 9, uncut, 1.13862944);
    const own = { ...yarn, attention_factor: 1.3, beta_fast: 8, beta_slow: 2 };
    expectTurns(ropeOf(spelt(own), 16), 9, [1, 0.197642354, 0.025, ...YARN.slice(3)], 1.3);
  });

  it('yarn takes all positions for known ones where nothing else is said', () => {
    const open = { rope_type: 'yarn', factor: 4, original_max_position_embeddings: null };
    expectTurns(ropeOf({ ...spelt(open), max_position_embeddings: 64 }, 16), 9, YARN, 1.13862944);
  });

  it('longrope has factors for rows of the known length and for longer ones', () => {
    const config = { ...spelt(longrope), original_max_position_embeddings: 32, max_position_embeddings: 128 };
    const rope = ropeOf(config, 8);
    for (const length of [1, 32]) expectTurns(rope, length, SHORT, 1.18321596);
    expectTurns(rope, 33, [0.5, 1 / 30, 0.0025, 0.0002], 1.18321596);
    expectTurns(ropeOf({ ...config, ...spelt({ ...longrope, attention_factor: 1.5 }) }, 8), 9, SHORT, 1.5);
    expect([rope.outdates(3, 32), rope.outdates(32, 33), rope.outdates(33, 90)]).toEqual([false, true, false]);
  });

  it('llama3 goes smoothly from fast frequencies to slow ones', () => {
    const scaling = { factor: 8, low_freq_factor: 1, high_freq_factor: 4, original_max_position_embeddings: 32 };
    const turns = [1, 0.0958399859, 0.0125, 0.00395284708, 0.00125, 0.000395284708, 0.000125, 3.95284708e-5];
    expectTurns(ropeOf(spelt({ rope_type: 'llama3', ...scaling }), 16), 9, turns);
  });

  it('what a kind needs and has not is named', () => {
    const failure = (raw: RawConfig) => {
      try {
        return ropeOf(raw, 8);
      } catch (error) {
        return (error as AttuneError).problems.map(({ field, message }) => `${field}: ${message}`);
      }
    };
    const key = Object.keys(spelt({})).at(-1);
    expect(failure(spelt({ rope_type: 'dynamic' }))).toEqual([`${key}.factor: is needed by the rope_type dynamic`]);
    expect(failure(spelt({ rope_type: 'longrope', short_factor: [1] }))).toEqual([
      `${key}.long_factor: is needed by the rope_type longrope`,
    ]);
    expect(failure(spelt({ ...longrope, long_factor: [2, 3] }))).toEqual([
      'long_factor: has 2 factors for 4 frequencies',
    ]);
  });
});

describe('which of two contradicting values counts', () => {
  const positions = { max_position_embeddings: 128, rope_theta: 10000 };

  it("longrope's factor: by the older names the ratio of lengths, by the newer ones its own", () => {
    const scaling = { ...longrope, factor: 8 };
    const outside = { original_max_position_embeddings: 32 };
    expectTurns(ropeOf({ ...positions, ...outside, rope_scaling: scaling }, 8), 9, SHORT, 1.18321596);
    expectTurns(ropeOf({ ...positions, ...outside, rope_parameters: scaling }, 8), 9, SHORT, Math.sqrt(1 + 3 / 5));
    // Without an outer length, the older names treat all positions as known.
    const inside = { ...scaling, original_max_position_embeddings: 32 };
    const older = ropeOf({ ...positions, rope_scaling: inside }, 8);
    expectTurns(older, 128, SHORT, 1.19522861);
    expect([older.regimeOf(129), ropeOf({ ...positions, rope_parameters: inside }, 8).regimeOf(33)]).toEqual([1, 1]);
  });

  it('the base: that of rope_parameters, else rope_theta, else the architecture’s', () => {
    const second = (raw: RawConfig, defaults?: RopeDefaults) => turnsOf(ropeOf(raw, 4, defaults), 5).turns[1];
    expect(second({ rope_theta: 100, rope_parameters: { rope_theta: 400 } })).toBeCloseTo(0.05, 8);
    expect(second({ rope_theta: 100 }, { theta: 900 })).toBeCloseTo(0.1, 8);
    expect(second({}, { theta: 10000 })).toBeCloseTo(0.01, 8);
  });

  it('the share that is turned: inside rope_parameters, outside, the architecture’s', () => {
    const size = (raw: RawConfig, share?: number) => turnsOf(ropeOf(raw, 8, { share }), 5).turns.length * 2;
    expect(size({ rope_parameters: { partial_rotary_factor: 0.5 } })).toBe(4);
    expect(size({ partial_rotary_factor: 0.25 })).toBe(2);
    expect([size({}, 0.5), size({})]).toEqual([4, 8]);
  });

  it.each([
    [{}, 32],
    [{ rope_scaling: { rope_type: 'dynamic', factor: 2.5 } }, 80],
    [{ rope_scaling: { ...yarn, original_max_position_embeddings: 16 } }, 64],
    [{ rope_scaling: { rope_type: 'linear', factor: 2 } }, 32],
  ])('rows with %j may be %i tokens long', (raw, longest) => {
    expect(stretchedPositions(ropeOptions(decoderConfig({ ...base, ...raw }), 8))).toBe(longest);
  });
});

describe('rows of one pass', () => {
  it('are turned as long as they are, and rows with one prompt as long as the longest of them', () => {
    scope(() => {
      const rope = ropeOf({ ...longropeConfig, rope_scaling: longrope }, 8);
      const layout = layoutOfRows([2, 7, 0, 3], { causal: true });
      const together = rope.rotation(fromArray(layout.positions), layout, 'f32').cos;
      for (const row of [0, 1, 3]) {
        const length = layout.offsets[row + 1] - layout.offsets[row];
        const alone = layoutOfRows([length], { causal: true });
        const wanted = rope.rotation(fromArray(alone.positions), alone, 'f32').cos.toNumbers();
        expect(together.narrow(0, layout.offsets[row], length).toNumbers()).toEqual(wanted);
      }
      const shared = { ...layoutOfRows([2, 4], { causal: true, starts: [0, 2] }), parents: [-1, 0] };
      const whole = layoutOfRows([6], { causal: true });
      const [inParts, atOnce] = [shared, whole].map((one) => rope.rotation(fromArray(one.positions), one, 'f32').sin);
      expect(inParts.toNumbers()).toEqual(atOnce.toNumbers());
    });
  });

  it('only the first features of a head are turned where not all are', () => {
    scope(() => {
      const rope = ropeOf({ partial_rotary_factor: 0.5 }, 8);
      const layout = layoutOfRows([3], { causal: true });
      const x = fromArray(
        Float64Array.from({ length: 3 * 2 * 8 }, (_, i) => Math.sin(i)),
        [3, 2, 8],
      );
      const y = rotate(x, rope.rotation(fromArray(layout.positions), layout, 'f64'));
      expect(y.narrow(2, 4, 4).toNumbers()).toEqual(x.narrow(2, 4, 4).toNumbers());
      const [a, b] = [0, 2].map((feature) => x.select(0, 2).select(0, 1).toNumbers()[feature]);
      expect(y.select(0, 2).select(0, 1).toNumbers()[0]).toBeCloseTo(a * Math.cos(2) - b * Math.sin(2), 6);
    });
  });
});

const longropeConfig = { original_max_position_embeddings: 5, max_position_embeddings: 20 };

it('early Phi-3 checkpoints call longrope by other names, and have a pre-training length of 4096 unless they say', async () => {
  const { limits, build } = await architectures.load('phi3');
  const raw = { ...tinyConfigs.phi3[1], partial_rotary_factor: 1, original_max_position_embeddings: undefined };
  const factors = { short_factor: [1, 1.5], long_factor: [2, 3] };
  for (const type of ['su', 'yarn', 'longrope']) {
    const config = { ...raw, rope_scaling: { type, ...factors } };
    const { stack } = build(config, { task: 'causal-lm', has: () => false });
    expect([stack.outdates?.(4096, 4097), stack.outdates?.(64, 4096), limits(config).maxPositions]).toEqual([
      true,
      false,
      64,
    ]);
  }
});
