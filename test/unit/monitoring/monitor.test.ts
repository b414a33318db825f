import { median } from '../../../src/base/median.ts';
import { describe, expect, it } from 'vitest';
import { randomUnits } from '../../../src/base/random.ts';
import {
  eBenjaminiHochberg,
  MeanSequence,
  permutationEValue,
  RankMartingale,
  shareSequence,
} from '../../../src/scoring/statistics/index.ts';
import { adviceOf, messageOf } from '../../../src/monitoring/alarms/alarm.ts';
import { CalibrationTest } from '../../../src/monitoring/monitor/calibration-test.ts';
import { expectedAccuracy, seenAccuracy } from '../../../src/monitoring/monitor/expected-accuracy.ts';
import { VersionMonitor } from '../../../src/monitoring/monitor/version-monitor.ts';
import { domainDrift } from '../../../src/monitoring/monitor/word-drift.ts';
import { answersUntilAlarm, hasFalseAlarm, simulator } from '../../../tools/simulate/answers.ts';

const seeds = (count: number): number[] => Array.from({ length: count }, (_, seed) => seed);

describe('anytime-valid tests', () => {
  it('a martingale on ranks reaches 20 in one of twenty stable streams at most, however small the reference', () => {
    const reached = seeds(300).filter((seed) => {
      const unit = randomUnits([seed, 'stream']);
      const hits = seeds(40).filter((i) => unit(i) < 0.2).length;
      const martingale = new RankMartingale({ reference: [40 - hits, hits] });
      for (let i = 40; i < 340; i++) {
        martingale.observe(unit(i) < 0.2 ? 1 : 0);
        if (martingale.wealth >= 20) return true;
      }
      return false;
    });
    expect(reached.length).toBeLessThanOrEqual(21);
  });

  it('its mean wealth is one over all orders of a short stream of amounts', () => {
    // Without a change, all orders of two amounts of each of three sizes are equally likely, the first three being the
    // reference.
    const outcomes = seeds(729).map((code) => seeds(6).map((i) => Math.floor(code / 3 ** i) % 3));
    const orders = outcomes.filter((order) =>
      seeds(3).every((size) => order.filter((one) => one === size).length === 2),
    );
    const wealth = orders.map((order) => {
      const counts = seeds(3).map((size) => order.slice(0, 3).filter((one) => one === size).length);
      const martingale = new RankMartingale({ reference: counts });
      for (const one of order.slice(3)) martingale.observe(one);
      return martingale.wealth;
    });
    expect(wealth.reduce((sum, one) => sum + one, 0) / wealth.length).toBeCloseTo(1, 10);
  });

  it('bets on the calibration of labelled answers win if it is worse than the bound, and only then', () => {
    const labelled = (seed: number, gap: number): CalibrationTest[] => {
      const unit = randomUnits([seed, 'labelled']);
      const test = new CalibrationTest(0.05);
      return seeds(300).flatMap((i) => {
        const confidence = 0.4 + 0.55 * unit(2 * i);
        test.observe({ confidence, isRight: unit(2 * i + 1) < confidence - gap }, { id: `${i}`, at: i });
        return test.eValue >= 20 ? test : [];
      });
    };
    const found = (gap: number): number => seeds(100).filter((seed) => labelled(seed, gap).length > 0).length;
    expect([found(0), found(0.05)].every((count) => count <= 7)).toBe(true);
    expect(found(0.2)).toBeGreaterThanOrEqual(95);
    expect(found(-0.2)).toBeGreaterThanOrEqual(80);
    const [{ reading }] = labelled(1, 0.3).slice(-1);
    expect(reading.effect.low).toBeGreaterThan(0);
    expect(reading.effect.low).toBeLessThan(0.3);
    expect(reading.effect.high).toBeGreaterThan(0.3);
    // The wrong answers since the evidence began to grow.
    expect(reading.samples).toHaveLength(10);
  });

  it('e-BH finds what is large enough for its rank', () => {
    expect(eBenjaminiHochberg([100, 39, 1, 45], 0.05)).toEqual([true, true, false, true]);
    expect(eBenjaminiHochberg([100, 45, 26, 1], 0.05)).toEqual([true, true, false, false]);
    expect(eBenjaminiHochberg([79, 1, 1, 1], 0.05)).toEqual([false, false, false, false]);
  });

  it('a permutation e-value has a mean of one over all permutations', () => {
    const values = [0.3, -1, 2, 0.5];
    const each = values.map((seen, place) => permutationEValue(seen, values.toSpliced(place, 1)));
    expect(each.reduce((sum, one) => sum + one, 0) / each.length).toBeCloseTo(1, 12);
  });

  it('intervals of shares and means hold at every moment at once', () => {
    const missed = seeds(200).filter((seed) => {
      const unit = randomUnits([seed, 'sequence']);
      const mean = new MeanSequence();
      let hits = 0;
      for (let i = 1; i <= 300; i++) {
        const value = unit(i);
        hits += value < 0.1 ? 1 : 0;
        mean.observe(value);
        const [share, middle] = [shareSequence(hits, i), mean.interval];
        if (share.low > 0.1 || share.high < 0.1 || middle.low > 0.5 || middle.high < 0.5) return true;
      }
      return false;
    });
    expect(missed.length).toBeLessThanOrEqual(16);
    expect(shareSequence(0, 0)).toMatchObject({ low: 0, high: 1 });
    expect(shareSequence(30, 300).high - shareSequence(30, 300).low).toBeLessThan(0.13);
  });
});

describe('a version in use', () => {
  it('raises no alarm in stable weeks, and finds refusals and runaway answers in time', () => {
    // `npm run simulate -- monitoring` draws enough for the promised rates.
    expect(seeds(10).filter((seed) => hasFalseAlarm(seed, 400)).length).toBeLessThanOrEqual(1);
    expect(
      median(seeds(10).map((seed) => answersUntilAlarm(seed, { refusal: 0.15, topic: null }))),
    ).toBeLessThanOrEqual(150);
    expect(
      median(seeds(15).map((seed) => answersUntilAlarm(seed, { runaway: 0.05, topic: null }))),
    ).toBeLessThanOrEqual(300);
  });

  it('finds longer answers and other words, and says since when, by how much and why', () => {
    const draw = simulator(3);
    const monitor = new VersionMonitor({ reference: 200 });
    while (monitor.missing > 0) monitor.observe(draw());
    for (let i = 0; i < 250; i++) monitor.observe(draw({ refusal: 0.4, topic: 0.6 }));
    expect(monitor.alarms).toEqual(expect.arrayContaining(['refusal', 'unlike']));
    const finding = monitor.findings.find(({ name }) => name === 'refusal')!;
    expect(finding.reading!.effect.low).toBeGreaterThan(0.1);
    expect(finding.reading!.since).toBeLessThan(260 * 60_000);
    expect(finding.reading!.samples).toHaveLength(10);
    expect(messageOf(finding)).toMatch(
      /^answers that refuse: \d\.\d % before, [34]\d\.\d % of \d+ since .* \(at least \d+ points more\)$/,
    );
    const { cause, action } = adviceOf('refusal', monitor.alarms);
    expect(cause).toContain('requests have changed as well');
    expect(action).not.toContain('roll back');
  });

  it('begins anew after a period, and goes on from what was kept', () => {
    const draw = simulator(4);
    const monitor = new VersionMonitor({ reference: 100, days: 0.1, answers: 50 });
    const all = Array.from({ length: 400 }, () => draw());
    for (const one of all) monitor.observe(one);
    expect(monitor.period.answers).toBeLessThanOrEqual(146);
    const restored = VersionMonitor.restore(monitor.state, monitor.period.from, {
      reference: 100,
      days: 0.1,
      answers: 50,
    });
    for (const one of all.filter(({ at }) => at > monitor.period.from)) restored.observe(one);
    const values = (one: VersionMonitor) => one.findings.map(({ name, eValue }) => [name, eValue]);
    // The answer that started the period counts as its first.
    expect(restored.period.answers).toBe(monitor.period.answers - 1);
    expect(values(restored).map(([name]) => name)).toEqual(values(monitor).map(([name]) => name));
  });

  it('says the same of requests whenever somebody looks, and tells a late change by them', async () => {
    const draw = simulator(6);
    const [watched, loaded] = [new VersionMonitor({ reference: 200 }), new VersionMonitor({ reference: 200 })];
    const topicOf = (monitor: VersionMonitor) => monitor.findings.find(({ name }) => name === 'topic')!;
    for (let i = 0; i < 300; i++) {
      const one = draw(i > 250 ? { topic: 0.5 } : {});
      for (const monitor of [watched, loaded]) monitor.observe(one);
      if (watched.isTopicDue) await watched.compareTopic();
    }
    await loaded.compareTopic();
    expect(topicOf(watched).eValue).toBe(topicOf(loaded).eValue);
    expect(topicOf(watched).eValue).toBeGreaterThan(600);
    expect(topicOf(watched).isAlarm).toBe(true);
  }, 60_000);

  it('names the class that has grown since the evidence began', () => {
    const monitor = new VersionMonitor({ reference: 100 });
    const one = (i: number, label: string) => monitor.observe({ id: String(i), at: i, signals: {}, label });
    for (let i = 0; i < 400; i++) one(i, i % 2 === 0 ? 'a' : 'b');
    for (let i = 400; i < 440; i++) one(i, 'a');
    expect(messageOf(monitor.findings.find(({ name }) => name === 'classes')!)).toMatch(
      /^classes in answers: "[ab]" 50\.0 % before, (?:9\d|100|\d)(?:\.\d)? % now$/,
    );
  });

  it('a classifier of words tells other requests apart, and equal ones not', async () => {
    const draw = simulator(5);
    const words = (topic: number) => Array.from({ length: 80 }, () => draw({ topic }).words!);
    const moved = await domainDrift(words(0), words(0.3), { permutations: 199 });
    expect(moved).toMatchObject({ p: 1 / 200 });
    expect(moved.eValue).toBeGreaterThan(100);
    expect((await domainDrift(words(0), words(0), { permutations: 199 })).p).toBeGreaterThan(0.02);
  });
});

describe('accuracy', () => {
  const unit = randomUnits([1, 'accuracy']);
  const answers = Array.from({ length: 2000 }, (_, i) => {
    const confidence = 0.5 + unit(2 * i) / 2;
    // Overconfident: right less often than the confidence states.
    return { confidence, isRight: unit(2 * i + 1) < confidence - 0.2 };
  });
  const truth = answers.filter(({ isRight }) => isRight).length / answers.length;
  const confidences = answers.map(({ confidence }) => confidence);

  it('is expected from confidences, once they are calibrated', () => {
    expect(expectedAccuracy(confidences, []).estimate).toBeCloseTo(0.75, 1);
    const calibrated = expectedAccuracy(confidences, answers.slice(0, 400));
    expect(Math.abs(calibrated.estimate - truth)).toBeLessThan(0.06);
    expect(calibrated.calibratedOn).toBe(400);
  });

  it('is expected with an interval around it, also after requests have become harder', () => {
    const drifted = [...Array.from({ length: 300 }, () => 0.95), ...Array.from({ length: 220 }, () => 0.4)];
    for (const judged of [[], answers.slice(0, 60)]) {
      const { estimate, low, high } = expectedAccuracy(drifted, judged);
      expect(low).toBeLessThan(estimate);
      expect(high).toBeGreaterThan(estimate);
      expect(high - low).toBeLessThan(judged.length === 0 ? 0.06 : 0.5);
    }
  });

  it('is measured by labels, with weights where the unsure are labelled more', () => {
    const labelled = answers.filter(({ confidence }, i) => unit(5000 + i) < (confidence < 0.7 ? 0.5 : 0.1));
    const plain = labelled.filter(({ isRight }) => isRight).length / labelled.length;
    const seen = seenAccuracy(confidences, labelled)!;
    expect(Math.abs(seen.estimate - truth)).toBeLessThan(Math.abs(plain - truth));
    expect(seen.low).toBeLessThan(truth);
    expect(seen.high).toBeGreaterThan(truth);
    expect(seen.calibrationError).toBeGreaterThan(0.1);
  });
});
