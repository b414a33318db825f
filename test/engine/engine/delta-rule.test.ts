// The chunked gated delta rule compared with its definition token by token.
import { expect, it } from 'vitest';
import { deltaRule, layoutOfRows, type Layout } from '../../../src/engine/nn/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { aten, noGrad, scope, type Tensor } from '../../../src/engine/tensor/index.ts';

const [H, d, e] = [2, 3, 4];
const random = (path: string, shape: number[]) => keyedNormal(shape, { seed: 1, path }, 1).to('f64');

function tokensOf(N: number) {
  const keys = random('k', [N, H, d]);
  return {
    q: random('q', [N, H, d]),
    k: keys.div(aten.sqrt.default(keys.pow(2).sum(-1)).unsqueeze(-1)),
    v: random('v', [N, H, e]),
    decay: aten.abs.default(random('g', [N, H])).mul(-0.3),
    beta: aten.sigmoid.default(random('b', [N, H])),
  };
}

/** Outputs [N, H, e] and final states [S, H, d, e] as plain numbers. */
function byDefinition(tokens: ReturnType<typeof tokensOf>, layout: Layout, initial?: Tensor) {
  const [q, k, v, decay, beta] = (['q', 'k', 'v', 'decay', 'beta'] as const).map((name) => [
    ...tokens[name].toNumbers(),
  ]);
  const begin = initial === undefined ? undefined : [...initial.toNumbers()];
  const states: number[][] = [];
  const y = Array.from({ length: v.length }, () => 0);
  for (let segment = 0; segment + 1 < layout.offsets.length; segment++) {
    const parent = layout.parents?.[segment] ?? -1;
    const size = H * d * e;
    const state =
      parent >= 0
        ? [...states[parent]]
        : (begin?.slice(segment * size, (segment + 1) * size) ?? Array.from({ length: size }, () => 0));
    for (let t = layout.offsets[segment]; t < layout.offsets[segment + 1]; t++) {
      for (let h = 0; h < H; h++) {
        const at = (i: number, j: number) => (h * d + i) * e + j;
        const key = (i: number) => k[(t * H + h) * d + i];
        for (let j = 0; j < e; j++) {
          let known = 0;
          for (let i = 0; i < d; i++) {
            state[at(i, j)] *= Math.exp(decay[t * H + h]);
            known += state[at(i, j)] * key(i);
          }
          const news = (v[(t * H + h) * e + j] - known) * beta[t * H + h];
          for (let i = 0; i < d; i++) {
            state[at(i, j)] += key(i) * news;
            y[(t * H + h) * e + j] += state[at(i, j)] * q[(t * H + h) * d + i];
          }
        }
      }
    }
    states.push(state);
  }
  return { y, states: states.flat() };
}

function expectSame(layout: Layout, initial?: Tensor): void {
  const N = layout.offsets[layout.offsets.length - 1];
  const wanted = byDefinition(tokensOf(N), layout, initial);
  const got = deltaRule(tokensOf(N), layout, initial);
  for (const name of ['y', 'states'] as const) {
    const values = [...got[name].toNumbers()];
    expect(values).toHaveLength(wanted[name].length);
    expect(Math.max(...values.map((value, i) => Math.abs(value - wanted[name][i])))).toBeLessThan(1e-10);
  }
}

it('rows of any lengths, over several chunks, have the outputs and the last states of the definition', () => {
  noGrad(() => scope(() => expectSame(layoutOfRows([5, 130, 64, 1, 65], { causal: true }))));
});

it('rows go on from the states that they are given', () => {
  noGrad(() => scope(() => expectSame(layoutOfRows([3, 70, 1], { causal: true }), random('states', [3, H, d, e]))));
});

it('answers go on from the state after the prompt that they share', () => {
  const layout = { ...layoutOfRows([66, 2, 90, 4, 3], { causal: true }), parents: [-1, 0, 0, 2, -1] };
  noGrad(() => scope(() => expectSame(layout)));
});
