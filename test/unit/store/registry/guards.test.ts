import { describe, expect, it } from 'vitest';
import { randomUnits } from '../../../../src/base/random.ts';
import { isBroken, observeBase, observeTried, parseGuards } from '../../../../src/store/registry/index.ts';
import { newGuardState } from '../../../../src/store/registry/guards.ts';

const [base, tried] = ['base', 'tried'].map((purpose) => randomUnits([1, purpose]));

describe('guards', () => {
  it('are read, and wrong ones named', () => {
    expect(parseGuards(['error_rate < 1%, length_rate<=base+5%', 'empty_rate<=0.2'])).toMatchObject([
      { signal: 'error_rate', isRelative: false, limit: 0.01 },
      { signal: 'length_rate', isRelative: true, limit: 0.05 },
      { signal: 'empty_rate', limit: 0.2 },
    ]);
    for (const text of ['error_rate', 'errors<1%', 'error_rate<200%', 'error_rate<0%', 'error_rate>1%', ''])
      expect(() => parseGuards([text]), text).toThrowError(expect.objectContaining({ code: 'E_GUARD' }) as Error);
  });

  it('break soon where every request fails', () => {
    const [guard] = parseGuards(['error_rate<1%']);
    const state = newGuardState();
    let requests = 0;
    while (!isBroken(state, 1)) {
      observeTried(guard, state, 1);
      requests++;
    }
    expect(requests).toBeLessThanOrEqual(2);
  });

  it.each([
    ['error_rate<2%', 0.02, 0.02],
    ['length_rate<=base+5%', 0.1, 0.15],
  ])('%s is seldom broken by a share at its limit, looked at after every request', (text, usual, share) => {
    const [guard] = parseGuards([text]);
    let alarms = 0;
    for (let week = 0; week < 300; week++) {
      const state = newGuardState();
      for (let i = 0; i < 400 && !isBroken(state, 1); i++) {
        observeBase(state, base(400 * week + i) < usual ? 1 : 0);
        observeTried(guard, state, tried(400 * week + i) < share ? 1 : 0);
      }
      if (isBroken(state, 1)) alarms++;
    }
    expect(alarms / 300).toBeLessThanOrEqual(0.05);
  });

  it('find a share that has grown', () => {
    const [guard] = parseGuards(['length_rate<=base+5%']);
    const state = newGuardState();
    let requests = 0;
    for (; !isBroken(state, 1) && requests < 1000; requests++) {
      for (let i = 0; i < 9; i++) observeBase(state, base(9 * requests + i) < 0.05 ? 1 : 0);
      observeTried(guard, state, tried(requests) < 0.4 ? 1 : 0);
    }
    expect(requests).toBeLessThan(150);
  });
});
