import { describe, expect, it } from 'vitest';
import { logProbsOf } from '../../../../src/answering/decoding/log-probs.ts';
import { LogitRules } from '../../../../src/answering/decoding/logit-rules.ts';
import type { TokenConstraint } from '../../../../packages/constraint/src/token-constraint.ts';
import { settleRequest } from '../../../../src/answering/decoding/generation-request.ts';
import { defaultSampling, drawToken, type SamplingOptions } from '../../../../src/answering/decoding/sampling.ts';
import { StopStrings } from '../../../../src/answering/decoding/stop-strings.ts';

const options = (given: Partial<SamplingOptions>): SamplingOptions => ({ ...defaultSampling, ...given });
type Ruled = ConstructorParameters<typeof LogitRules>[0];
const rulesOf = (given: Partial<Ruled>, prompt: Int32Array, constraint?: TokenConstraint) =>
  new LogitRules({ sampling: defaultSampling, minNewTokens: 0, stopIds: new Set(), ...given }, prompt, constraint);
/** Logits for these probabilities. */
const logitsOf = (...probabilities: number[]) => Float32Array.from(probabilities, Math.log);

/** Share of each token among many draws. */
function shares(logits: Float32Array, given: Partial<SamplingOptions>, draws = 1000): number[] {
  const counts = Array<number>(logits.length).fill(0);
  for (let draw = 0; draw < draws; draw++) {
    counts[drawToken(logits, options({ temperature: 1, ...given }), () => (draw + 0.5) / draws)]++;
  }
  return counts.map((count) => count / draws);
}

function expectShares(got: readonly number[], wanted: readonly number[]): void {
  expect(got.map((share) => share > 0)).toEqual(wanted.map((share) => share > 0));
  for (const [id, share] of wanted.entries()) expect(got[id]).toBeCloseTo(share, 2);
}

describe('drawing a token', () => {
  const logits = logitsOf(0.1, 0.5, 0.05, 0.3, 0.05);

  it('without a temperature takes the most probable one, of equal ones the first', () => {
    expect(drawToken(logits, defaultSampling, () => 0.5)).toBe(1);
    expect(drawToken(Float32Array.of(1, 3, 3), defaultSampling, () => 0.5)).toBe(1);
  });

  it.each<[Partial<SamplingOptions>, number[]]>([
    [{}, [0.1, 0.5, 0.05, 0.3, 0.05]],
    [{ temperature: 0.5 }, [0.01, 0.25, 0.0025, 0.09, 0.0025].map((weight) => weight / 0.355)],
    [{ topK: 2 }, [0, 0.625, 0, 0.375, 0]],
    [{ topK: 1 }, [0, 1, 0, 0, 0]],
    [{ topK: 99 }, [0.1, 0.5, 0.05, 0.3, 0.05]],
    [{ topP: 0.75 }, [0, 0.625, 0, 0.375, 0]],
    [{ topP: 0.85 }, [0.1 / 0.9, 0.5 / 0.9, 0, 0.3 / 0.9, 0]],
    [{ topP: 1e-9 }, [0, 1, 0, 0, 0]],
    // After top-k, 0.5 of 0.8 is 0.625: alone it reaches 0.6.
    [{ topK: 2, topP: 0.6 }, [0, 1, 0, 0, 0]],
    [{ minP: 0.3 }, [0, 0.625, 0, 0.375, 0]],
    [{ minP: 1 }, [0, 1, 0, 0, 0]],
  ])('with %j gives the shares that are left', (given, wanted) => expectShares(shares(logits, given), wanted));

  it('keeps all tokens that are as probable as the k-th', () => {
    expectShares(shares(logitsOf(0.4, 0.2, 0.2, 0.2), { topK: 2 }), [0.4, 0.2, 0.2, 0.2]);
  });

  it('finds the nucleus among very many tokens, flat or peaked', () => {
    const flat = new Float32Array(5000);
    const drawn = new Set<number>();
    for (let draw = 0; draw < 100; draw++) {
      drawn.add(drawToken(flat, options({ temperature: 1, topP: 0.01 }), () => (draw + 0.5) / 100));
    }
    expect([drawn.size, Math.max(...drawn)]).toEqual([50, 49]); // of equal ones the first
    const peaked = Float32Array.from({ length: 5000 }, (_, id) => (id === 4321 ? 30 : 0));
    expect(drawToken(peaked, options({ temperature: 1, topP: 0.999 }), () => 0.5)).toBe(4321);
  });

  it('finds the nucleus that sorting all would find', () => {
    for (let trial = 0; trial < 100; trial++) {
      const length = 100 + ((trial * 37) % 400);
      const wave = (id: number) => Math.round(8 * Math.sin(id * (trial + 1) * 1.37)) / (1 + (trial % 4)); // many are equal
      const logits = Float32Array.from({ length }, (_, id) => wave(id));
      const topP = 0.05 + ((trial * 13) % 90) / 100;
      const weights = Array.from(logits, (logit) => Math.exp(logit - Math.max(...logits)));
      const order = weights.map((_, id) => id).toSorted((a, b) => weights[b] - weights[a] || a - b);
      let left = topP * weights.reduce((sum, weight) => sum + weight, 0);
      const kept = order.filter((id) => left > 0 && ((left -= weights[id]), true)).toSorted((a, b) => a - b);
      const draw = (unit: number) => drawToken(logits, options({ temperature: 1, topP }), () => unit);
      expect([draw(0), draw(1 - 1e-12)]).toEqual([kept[0], kept[kept.length - 1]]);
    }
  });

  it('never draws what has no probability', () => {
    expectShares(shares(Float32Array.of(-Infinity, 0, -Infinity), { topP: 0.5 }, 200), [0, 1, 0]);
  });
});

describe('rules on logits', () => {
  const prompt = Int32Array.of(0, 1);

  it('repetition divides positive and multiplies negative logits of prompt and answer, each once', () => {
    const rules = rulesOf({ sampling: options({ repetitionPenalty: 2 }) }, prompt);
    rules.advance(2);
    rules.advance(2);
    expect([...rules.apply(Float32Array.of(4, -4, 1, 1), 9)!]).toEqual([2, -8, 0.5, 1]);
  });

  it('presence and frequency count the answer only', () => {
    const rules = rulesOf({ sampling: options({ presencePenalty: 1, frequencyPenalty: 0.5 }) }, prompt);
    for (const id of [2, 2, 3]) rules.advance(id);
    expect([...rules.apply(Float32Array.of(0, 0, 0, 0), 9)!]).toEqual([0, 0, -2, -1.5]);
  });

  it('biases are added, and the logits themselves stay as they are', () => {
    const logits = Float32Array.of(1, 2);
    const rules = rulesOf({ sampling: options({ logitBias: { 1: -100 } }) }, prompt);
    expect([...rules.apply(logits, 9)!]).toEqual([1, -98]);
    expect([...logits]).toEqual([1, 2]);
  });

  it('a constraint forbids what its mask leaves out, tokens beyond it too, and hears what was taken', () => {
    const heard: number[] = [];
    const allowed = (remaining: number) => Uint32Array.of(2 ** 31 + remaining, 0);
    const constraint = { allowed, advance: (id: number) => void heard.push(id), isComplete: false };
    const rules = rulesOf({}, prompt, constraint);
    const changed = rules.apply(new Float32Array(70), 5)!;
    expect(Array.from(changed.keys()).filter((id) => changed[id] === 0)).toEqual([0, 2, 31]);
    rules.advance(31);
    expect(heard).toEqual([31]);
  });

  it('a least length forbids the ids that end an answer until so many tokens are there', () => {
    const rules = rulesOf({ minNewTokens: 2, stopIds: new Set([0]) }, prompt);
    const logits = Float32Array.of(3, 2, 1);
    expect([...rules.apply(logits, 9)!]).toEqual([-Infinity, 2, 1]);
    rules.advance(1);
    expect(rules.isEmpty).toBe(false);
    rules.advance(1);
    expect(rules.apply(logits, 9)).toBe(logits);
  });

  it('nothing to do costs no copy', () => {
    const logits = Float32Array.of(1, 2);
    expect(rulesOf({}, prompt).apply(logits, 1)).toBe(logits);
  });
});

describe('log-probabilities', () => {
  it('are those of the logits, the most probable alternatives first, of equal ones the first', () => {
    const textOf = (id: number) => 'abcd'[id];
    const { id, token, logProb, top } = logProbsOf(logitsOf(0.1, 0.2, 0.5, 0.2), 0, { count: 3, textOf });
    expect([id, token]).toEqual([0, 'a']);
    expect(Math.exp(logProb)).toBeCloseTo(0.1);
    expect(top.map((one) => one.token)).toEqual(['c', 'b', 'd']);
    expect(Math.exp(top[0].logProb)).toBeCloseTo(0.5);
  });

  it('may be asked of the chosen token only', () => {
    expect(logProbsOf(logitsOf(0.5, 0.5), 1, { count: 0, textOf: String }).top).toEqual([]);
  });
});

describe('stop texts', () => {
  it('are found across pieces, the earliest first, and what may become one is held back', () => {
    const stops = new StopStrings(['END', 'E!']);
    expect([stops.push('abE'), stops.push('N'), stops.push('xE'), stops.push('ND!')]).toEqual(['ab', '', 'ENx', '']);
    expect(stops.isHit).toBe(true);
    const other = new StopStrings(['END']);
    expect([other.push('abEN'), other.end()]).toEqual(['ab', 'EN']);
  });

  it('are text where they end in one of the first tokens, and found where they only begin there', () => {
    const stops = new StopStrings(['END', 'ENDS', 'aE']);
    const early = stops.push('END', { isEarly: true }) + stops.push('xa', { isEarly: true });
    expect([early + stops.push(' '), stops.isHit]).toEqual(['ENDxa ', false]);
    expect([stops.push('a', { isEarly: true }), stops.push('E'), stops.isHit]).toEqual(['', '', true]);
  });
});

describe('a request', () => {
  const limits = { vocabularySize: 10, maxPositions: 32, stopIds: [9] };

  it('has its defaults where something is left out or undefined', () => {
    const settled = settleRequest({ prompt: [1], temperature: undefined, topP: undefined, n: undefined }, limits);
    expect(settled).toMatchObject({ sampling: defaultSampling, n: 1, maxNewTokens: 31, stop: [] });
    expect([...settled.stopIds]).toEqual([9]);
  });

  it.each([
    [{ temperature: Number.NaN }, 'temperature: NaN is not a number of 0 or more'],
    [{ topK: 1.5 }, 'topK: 1.5 is not a whole number of 0 or more'],
    [{ topP: 1.2 }, 'topP: 1.2 is not a number above 0 and at most 1'],
    [{ presencePenalty: Infinity }, 'presencePenalty: Infinity is not a number'],
    [{ minNewTokens: 5, maxNewTokens: 4 }, 'minNewTokens: exceeds maxNewTokens, 4'],
    [{ maxNewTokens: 0 }, 'maxNewTokens: 0 is not a whole number of 1 or more'],
  ])('with %j is refused', (given, message) => {
    expect(() => settleRequest({ prompt: [1], ...given }, limits)).toThrow(message);
  });
});
