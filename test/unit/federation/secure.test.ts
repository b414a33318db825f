import { describe, expect, it } from 'vitest';
import { randomUnit } from '../../../src/base/random.ts';
import { quantisationStep } from '../../../src/federation/secure/masks.ts';
import {
  beginSecure,
  maskValues,
  openKeys,
  revealShares,
  shareSecrets,
  type SecureState,
} from '../../../src/federation/secure/secure-site.ts';
import { thresholdOf, unmaskSum, type Revealed } from '../../../src/federation/secure/secure-sum.ts';

const limit = 0.5;

function valuesOf(site: number): number[] {
  return Array.from({ length: 50 }, (_, i) => randomUnit([site, 'value', i]) - 0.5);
}

/** A round in which sites are lost after sharing their secrets. */
async function round(
  sites: number,
  lost: readonly number[],
): Promise<{ sum: Float64Array; expected: number[]; states: SecureState[] }> {
  const states = Array.from({ length: sites }, (_, i) => beginSecure(1, `site-${i}`));
  const open = Object.fromEntries(states.map((state) => [state.site, openKeys(state)]));
  const threshold = thresholdOf(sites);
  const sent = new Map<string, Record<string, Uint8Array>>();
  for (const state of states) sent.set(state.site, await shareSecrets(state, open, threshold));
  const active = states.filter((_, i) => !lost.includes(i));
  const masked = new Map<string, Uint32Array>();
  for (const state of active) {
    const received = Object.fromEntries(
      [...sent].filter(([from]) => from !== state.site).map(([from, shares]) => [from, shares[state.site]]),
    );
    masked.set(state.site, maskValues(state, received, { values: valuesOf(states.indexOf(state)), limit }));
  }
  const names = { active: [...masked.keys()], lost: lost.map((i) => `site-${i}`) };
  const revealed: Revealed[] = active.map((state) => revealShares(state, names));
  const sum = await unmaskSum({
    round: 1,
    open,
    sharing: states.map(({ site }) => site),
    masked,
    revealed,
    threshold,
    limit,
  });
  const all = active.map((state) => valuesOf(states.indexOf(state)));
  return { sum, expected: all[0].map((_, i) => all.reduce((total, values) => total + values[i], 0)), states };
}

describe('secure aggregation', () => {
  it.each([
    [3, []],
    [5, [1]],
    [7, [0, 6]],
  ])('of %i sites, with %j lost, is the plain sum to the quantisation step', async (sites, lost) => {
    const { sum, expected } = await round(sites, lost);
    const step = quantisationStep({ limit, sites: sites - lost.length });
    for (const [i, value] of expected.entries()) expect(Math.abs(sum[i] - value)).toBeLessThanOrEqual(step);
  });

  it('needs enough sites for the shares of a secret', async () => {
    await expect(round(4, [0, 1])).rejects.toMatchObject({ code: 'E_FEDERATED_SECURE', got: '2 active sites' });
  });

  it('reveals no site as active and as lost, and nothing twice', async () => {
    const { states } = await round(4, []);
    const active = states.map(({ site }) => site);
    expect(() => revealShares(states[0], { active, lost: [] })).toThrow('a second request');
    const fresh = { ...states[0], isRevealed: false };
    expect(() => revealShares(fresh, { active, lost: ['site-1'] })).toThrow('as active and as lost');
  });

  it('refuses few sites, low thresholds, foreign keys and shares for others', async () => {
    const states = Array.from({ length: 4 }, (_, i) => beginSecure(2, `site-${i}`));
    const open = Object.fromEntries(states.map((state) => [state.site, openKeys(state)]));
    const { 'site-0': own, 'site-1': other } = open;
    await expect(shareSecrets(states[0], { 'site-0': own, 'site-1': other }, 2)).rejects.toThrow('2 sites');
    await expect(shareSecrets(states[0], open, 2)).rejects.toThrow('a threshold of 2');
    await expect(shareSecrets(states[0], { ...open, 'site-0': other }, 3)).rejects.toThrow("this site's own");
    await expect(shareSecrets(states[0], { ...open, 'site-2': other }, 3)).rejects.toThrow('the same key twice');
    const [first] = await Promise.all(states.map((state) => shareSecrets(state, open, 3)));
    const misled = { 'site-0': first['site-2'] };
    expect(() => maskValues(states[1], misled, { values: [0], limit })).toThrow('did not encrypt for this site');
  });
});
