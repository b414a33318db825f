// N tokens, H heads, D head size
import { expect, it } from 'vitest';
import { attention, layoutOfRows } from '../../../src/engine/nn/index.ts';
import { keyedNormal } from '../../../src/models/initialise.ts';
import { cat, scope, type Tensor } from '../../../src/engine/tensor/index.ts';

it('tokens that are not to be seen change nothing but their own state, and that reads the others', () => {
  scope(() => {
    const [q, k, v] = ['q', 'k', 'v'].map((path) => keyedNormal([4, 2, 3], { seed: 1, path }, 1).to('f64'));
    const layout = { ...layoutOfRows([4], { causal: false }), unseen: Uint8Array.of(0, 0, 1, 1) };
    const seen = layoutOfRows([2], { causal: false });
    const first = (x: Tensor) => x.narrow(0, 0, 2);
    const alone = attention(first(q), first(k), first(v), { layout: seen });
    const padding = attention(q.narrow(0, 2, 2), first(k), first(v), { layout: seen, keys: seen });
    const differences = cat([alone, padding])
      .sub(attention(q, k, v, { layout }))
      .toNumbers();
    expect(Math.max(...differences.map(Math.abs))).toBeLessThan(1e-12);
  });
});
