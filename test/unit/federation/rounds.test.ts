import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { crossCheck, readAudit } from '../../../src/federation/audit-chain.ts';
import type { Content } from '../../../src/federation/flower/objects.ts';
import { privacySpent } from '../../../src/federation/site-privacy.ts';
import { changeOf } from '../../../src/federation/strategies.ts';
import { normOf } from '../../../src/federation/weights.ts';
import { lineTraining, LocalFederation, numbers, planOf, weightsOf, type Row, type Trial } from './local-federation.ts';

const line = (from: number, count: number): Row[] =>
  Array.from({ length: count }, (_, i) => [from + i / 4, 2 * (from + i / 4) + 1]);
const rows = [line(-1, 6), line(0, 4), line(0.5, 3)];

const made: LocalFederation[] = [];
function federation(trial: Trial): LocalFederation {
  const one = new LocalFederation(trial);
  made.push(one);
  return one;
}
afterEach(() => made.splice(0).forEach((one) => one.remove()));

describe('rounds', () => {
  it('of one site are its own training, to the bit', async () => {
    const { weights } = await federation({ rows: [rows[0]], plan: { strategy: 'fedavg' } }).run();
    const alone = await lineTraining(rows[0]).train(weightsOf(0.25, -0.5), { from: 0, until: 6 });
    expect(numbers(weights)).toEqual(numbers(alone.weights));
  });

  it('of one step are steps on the rows of all sites', async () => {
    const { weights } = await federation({ rows, plan: { strategy: 'fedavg', local_steps: 1 } }).run();
    const central = await lineTraining(rows.flat()).train(weightsOf(0.25, -0.5), { from: 0, until: 3 });
    for (const [i, value] of numbers(central.weights).entries())
      expect(Math.abs(numbers(weights)[i] - value)).toBeLessThan(1e-6);
  });

  it('under secure aggregation are the same to the quantisation step, also when a site is lost', async () => {
    const four = [...rows, line(-2, 5)];
    const [plain, secure] = [
      federation({ rows: four, plan: { strategy: 'fedavg' } }),
      federation({ rows: four, plan: { strategy: 'fedavg', secure: true, min_sites: 3 } }),
    ];
    const [open, hidden] = [await plain.run(), await secure.run()];
    for (const [i, value] of numbers(open.weights).entries()) expect(numbers(hidden.weights)[i]).toBeCloseTo(value, 4);
    const away = (answer: Content, { site, key }: { site: number; key: string }) => {
      if (site === 4 && key.endsWith('collect_masked_vectors')) throw new Error('away');
      return answer;
    };
    const without = await federation({
      rows: four,
      plan: { strategy: 'fedavg', secure: true, min_sites: 3 },
      disturb: away,
    }).run();
    expect(without.rounds.slice(1).every(({ sites }) => String(sites) === '1,2,3')).toBe(true);
    const three = await federation({ rows, plan: { strategy: 'fedavg' } }).run();
    for (const [i, value] of numbers(three.weights).entries())
      expect(numbers(without.weights)[i]).toBeCloseTo(value, 4);
  });

  it('go on where they were when the coordinator is started again', async () => {
    const whole = await federation({ rows, plan: { strategy: 'fedavg' } }).run();
    const first = federation({ rows, plan: { strategy: 'fedavg' } });
    const stop = new AbortController();
    const killed = new LocalFederation({
      rows,
      plan: { strategy: 'fedavg' },
      folder: first.folder,
      disturb(answer, { site, key }) {
        if (site === 2 && key.startsWith('2-')) stop.abort(new Error('killed'));
        return answer;
      },
    });
    await expect(killed.run(stop.signal)).rejects.toThrow('killed');
    const resumed = await new LocalFederation({ rows, plan: { strategy: 'fedavg' }, folder: first.folder }).run();
    expect(numbers(resumed.weights)).toEqual(numbers(whole.weights));
  });

  it.each(['0-0-start', '1-1-setup', '1-1-share_keys', '1-1-collect_masked_vectors', '1-1-unmask', '3-0-finish'])(
    'under secure aggregation have the same result after a kill of the coordinator in %s',
    async (stage) => {
      const plan = { strategy: 'fedavg', secure: true, min_sites: 3, rounds: 2 } as const;
      const first = federation({ rows, plan });
      const stop = new AbortController();
      const disturb: Trial['disturb'] = (answer, { site, key }) => {
        if (site === 2 && key === stage) stop.abort(new Error('killed'));
        return answer;
      };
      const killed = new LocalFederation({ rows, plan, folder: first.folder, disturb });
      await expect(killed.run(stop.signal)).rejects.toThrow('killed');
      const { weights, rounds } = await new LocalFederation({ rows, plan, folder: first.folder }).run();
      const plain = await federation({ rows, plan: { strategy: 'fedavg', rounds: 2 } }).run();
      for (const [i, value] of numbers(plain.weights).entries()) expect(numbers(weights)[i]).toBeCloseTo(value, 4);
      expect(rounds.every(({ sites }) => sites.length === 3)).toBe(true);
    },
  );

  it.each(['setup', 'share_keys', 'collect_masked_vectors', 'unmask'])(
    'under secure aggregation survive a site that is lost in %s, and name it',
    async (stage) => {
      const four = [...rows, line(-2, 5)];
      const disturb: Trial['disturb'] = (answer, { site, key }) => {
        if (site === 4 && key.endsWith(stage)) throw new Error('away');
        return answer;
      };
      const plan = { strategy: 'fedavg', rounds: 1 } as const;
      const secure = federation({ rows: four, plan: { ...plan, secure: true, min_sites: 3 }, disturb });
      const { weights, rounds } = await secure.run();
      expect(rounds[1].left_out).toEqual({ 4: 'away' });
      // A site that is lost after sending its masked change still counts in the sum.
      const counted = stage === 'unmask' ? four : rows;
      const plain = await federation({ rows: counted, plan }).run();
      for (const [i, value] of numbers(plain.weights).entries()) expect(numbers(weights)[i]).toBeCloseTo(value, 4);
    },
  );

  it('bound and hide what a site changes, and tell the price', async () => {
    const privacy = { clip: 0.1, noise_multiplier: 0.5, delta: 1e-5 };
    const [one, two] = await Promise.all(
      [0, 1].map(() => federation({ rows, plan: { strategy: 'fedavg', rounds: 1, privacy } }).run()),
    );
    expect(numbers(one.weights)).not.toEqual(numbers(two.weights));
    const change = new Map(
      [...one.weights].map(([name, { shape, values }]) => [
        name,
        { shape, values: values.map((value, i) => value - weightsOf(0.25, -0.5).get(name)!.values[i]) },
      ]),
    );
    expect(normOf(change)).toBeLessThan(0.1 + 6 * ((0.5 * 0.1) / 3));
    expect(one.epsilon).toBe(privacySpent(planOf({ rounds: 1, privacy })));
    expect(one.epsilon).toBeGreaterThan(5);
  });
});

describe('a round under privacy', () => {
  const privacy = { clip: 0.01, noise_multiplier: 0.5, delta: 1e-5 };

  it('sees changes that the sites have clipped', async () => {
    const norms: number[] = [];
    const trial: Trial = {
      rows,
      plan: { strategy: 'fedavg', rounds: 1, privacy },
      disturb(answer, { key }) {
        const weights = answer.arrays.get('arrays');
        if (key === '1-1-train') norms.push(normOf(changeOf(weights!, weightsOf(0.25, -0.5))));
        return answer;
      },
    };
    await federation(trial).run();
    for (const norm of norms) expect(norm).toBeLessThan(privacy.clip + 1e-6);
    expect(norms).toHaveLength(3);
  });

  it('that drew no site adds its noise all the same', async () => {
    const sample = 1e-9;
    const one = federation({ rows, plan: { strategy: 'fedavg', rounds: 2, sample, privacy } });
    const { rounds, weights } = await one.run();
    expect(rounds.map(({ sites }) => sites.length)).toEqual([3, 0, 0]);
    expect(normOf(changeOf(weights, weightsOf(0.25, -0.5)))).toBeGreaterThan(0);
  });
});

it('a site that began with other weights is told so once, and not asked again', async () => {
  const asked: string[] = [];
  const training = (own: readonly Row[], site: number) => {
    const usual = lineTraining(own);
    return site === 1 ? { ...usual, start: () => usual.train(weightsOf(1, 1), { from: 0, until: 1 }) } : usual;
  };
  const onAsk: Trial['onAsk'] = (_, { site, key }) => void (site === 2 && asked.push(key));
  const { rounds } = await federation({ rows, plan: { strategy: 'fedavg' }, training, onAsk }).run();
  expect(rounds[0].left_out['2']).toContain('starts from other weights');
  expect(asked).toEqual(['0-0-start']);
});

it('a site that comes after the first round takes part from then on, unless it began with other weights', async () => {
  let isLate = false;
  const training = (own: readonly Row[], site: number) => {
    const usual = lineTraining(own);
    return site === 2 ? { ...usual, start: () => usual.train(weightsOf(1, 1), { from: 0, until: 1 }) } : usual;
  };
  const one = federation({
    rows,
    plan: { strategy: 'fedavg' },
    training,
    isPresent: (site) => isLate || site === 1,
    onAsk: (_, { key }) => void (isLate ||= key === '1-1-train'),
  });
  const { rounds, verdicts } = await one.run();
  expect(rounds.map(({ sites }) => sites)).toEqual([['1', '2'], ['1'], ['1', '2'], ['1', '2']]);
  expect(Object.keys(verdicts)).toEqual(['1', '2']);
  expect(one.events).toContainEqual(expect.objectContaining({ type: 'site-left-out', site: 'site 3' }));
});

it('a site that did not answer at the start is asked again after a round, and takes part from then on', async () => {
  const asked: string[] = [];
  const one = federation({
    rows,
    plan: { strategy: 'fedavg' },
    onAsk(_, { site, key }) {
      if (site !== 2) return;
      asked.push(key);
      if (asked.length === 1) throw new Error('no answer within 3600 seconds');
    },
  });
  const { rounds, verdicts } = await one.run();
  expect(asked).toEqual(['0-0-start', '0-0-start', '2-1-train', '3-1-train', '4-0-finish']);
  expect(rounds.map(({ sites }) => String(sites))).toEqual(['1,3,2', '1,3', '1,2,3', '1,2,3']);
  expect(rounds[0].left_out).toEqual({});
  expect(Object.keys(verdicts)).toEqual(['1', '2', '3']);
});

describe('answers that cannot be used', () => {
  const cases: Record<string, { change(answer: Content): Content; reason: string }> = {
    'of another shape': {
      change: (answer) => withArray(answer, { shape: [2, 1], values: Float32Array.of(1, 2) }),
      reason: 'E_FEDERATED_FORGED',
    },
    'of a forger': {
      change: (answer) => ({ ...answer, metrics: new Map([['metrics', { 'num-examples': 1000 }]]) }),
      reason: 'E_FEDERATED_FORGED',
    },
  };
  it.each(Object.entries(cases))('%s are left out by name', async (_, { change, reason }) => {
    const one = federation({
      rows,
      plan: { strategy: 'fedavg', rounds: 1 },
      disturb: (answer, { site, key }) => (site === 2 && key.endsWith('train') ? change(answer) : answer),
    });
    const { rounds } = await one.run();
    expect(rounds[1].sites).toEqual(['1', '3']);
    expect(rounds[1].left_out['2']).toContain(reason);
    expect(one.events).toContainEqual(expect.objectContaining({ type: 'site-left-out', site: 'site 2' }));
  });

  it.each([
    ['NaN', 'has the value NaN at index 0'],
    ['shape', 'has shape [2, 1] instead of [1, 1]'],
    ['examples', 'num-examples 0'],
  ])('with a wrong %s, though signed, are left out by name', async (kind, reason) => {
    const training = (own: readonly Row[], site: number) => {
      const usual = lineTraining(own);
      if (site !== 1) return usual;
      const wrong =
        kind === 'NaN'
          ? { shape: [1, 1], values: Float32Array.of(NaN) }
          : { shape: [2, 1], values: Float32Array.of(1, 2) };
      return {
        ...usual,
        async train(...given: Parameters<typeof usual.train>) {
          const trained = await usual.train(...given);
          return kind === 'examples'
            ? { ...trained, examples: 0 }
            : { ...trained, weights: new Map([...trained.weights, ['line.lora_B.weight', wrong]]) };
        },
      };
    };
    for (const strategy of ['fedavg', 'product'] as const) {
      const { rounds } = await federation({ rows, plan: { strategy, rounds: 1 }, training }).run();
      expect(rounds[1].left_out['2']).toContain(reason);
    }
  });

  it('are not given to replays: a site refuses an earlier round, and another coordinator', async () => {
    const asked = new Map<string, Content>();
    const trial = {
      rows: [rows[0]],
      plan: { strategy: 'fedavg' as const },
      onAsk: (content: Content, { key }: { key: string }) => void asked.set(key, content),
    };
    const one = federation(trial);
    await one.run();
    const [first, last] = [asked.get('1-1-train')!, asked.get('4-0-finish')!];
    await expect(one.site(0).answer(first)).rejects.toThrow('E_FEDERATED_REPLAY');
    // The latest request is answered again, since the answer may have been lost.
    await expect(one.site(0).answer(last)).resolves.toBeDefined();
    const other = federation(trial);
    await other.run();
    await expect(other.site(0).answer(last)).rejects.toThrow('E_FEDERATED_FORGED');
  });
});

describe('the audit', () => {
  it('is a chain on both sides, which agree; a changed byte and a changed hash are found', async () => {
    const one = federation({ rows, plan: { strategy: 'fedavg', rounds: 2 } });
    await one.run();
    const file = join(one.folder, 'audit.jsonl');
    const [own, site] = [readAudit(file), readAudit(join(one.folder, 'site-2', 'audit.jsonl'))];
    expect([...own.problems, ...site.problems]).toEqual([]);
    expect(own.records.filter(({ event }) => event === 'averaged')).toHaveLength(2);
    expect(crossCheck(own.records, site.records, '2')).toEqual([]);
    const changed = site.records.map((record) =>
      record.stage === 'train' && record.event === 'answered' ? { ...record, weights: 'other' } : record,
    );
    expect(crossCheck(own.records, changed, '2')).toHaveLength(2);
    writeFileSync(file, readFileSync(file, 'utf8').replace('"round":1', '"round":9'));
    expect(readAudit(file).problems[0].message).toBe('differs from what was signed');
  });
});

function withArray(answer: Content, matrix: { shape: number[]; values: Float32Array }): Content {
  const arrays = new Map(
    [...answer.arrays].map(([name, record]) => [name, new Map([...record, ['line.lora_B.weight', matrix]])]),
  );
  return { ...answer, arrays };
}
