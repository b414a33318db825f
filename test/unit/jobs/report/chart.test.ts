import { describe, expect, test } from 'vitest';
import { barChart } from '../../../../src/jobs/report/chart/bars.ts';
import { histogram } from '../../../../src/jobs/report/chart/histogram.ts';
import { apart, lineChart, smoothed } from '../../../../src/jobs/report/chart/line-chart.ts';
import { linearScale, logScale, niceStep } from '../../../../src/jobs/report/chart/scale.ts';

const labels = (scale: { ticks: readonly { label: string }[] }) => scale.ticks.map(({ label }) => label);
const range = [0, 100] as const;

describe('a linear scale', () => {
  test.each([
    [0, 1, ['0', '0.2', '0.4', '0.6', '0.8', '1']],
    [0.1, 0.42, ['0.1', '0.2', '0.3', '0.4', '0.5']],
    [-3, 7, ['−4', '−2', '0', '2', '4', '6', '8']],
    [0, 123456, ['0', '50k', '100k', '150k']],
    [1e-9, 3e-9, ['1e−9', '1.5e−9', '2e−9', '2.5e−9', '3e−9']],
  ])('from %s to %s has round ticks', (low, high, expected) => {
    expect(labels(linearScale([low, high], { range, nice: true }))).toEqual(expected);
  });

  test('puts values in proportion, and those outside on the nearer end', () => {
    const { position } = linearScale([0, 10], { range: [100, 0] });
    expect([0, 2.5, 10, -5, 99].map(position)).toEqual([100, 75, 0, 100, 0]);
  });

  test('of one value is widened around it', () => {
    const { domain, position } = linearScale([5, 5], { range });
    expect(domain).toEqual([4.5, 5.5]);
    expect(position(5)).toBe(50);
    expect(linearScale([0, 0], { range }).domain).toEqual([-1, 1]);
    const flat = labels(linearScale([1, 1 + 1e-8], { range, nice: true }));
    expect(new Set(flat).size).toBe(flat.length);
  });

  test('steps by 1, 2 or 5 times a power of ten', () => {
    expect([0.011, 0.3, 1, 1.1, 30, 70].map(niceStep)).toEqual([0.02, 0.5, 1, 2, 50, 100]);
  });
});

describe('a logarithmic scale', () => {
  test.each([
    [1, 10, ['1', '2', '3', '5', '10']],
    [1, 100, ['1', '2', '5', '10', '20', '50', '100']],
    [1e-6, 1e-3, ['1e−6', '1e−5', '0.0001', '0.001']],
  ])('from %s to %s has ticks at powers of ten and between them where there is room', (low, high, expected) => {
    expect(labels(logScale([low, high], { range }))).toEqual(expected);
  });

  test('over many decades has few ticks', () => {
    expect(logScale([1e-20, 1e20], { range }).ticks.length).toBeLessThanOrEqual(6);
  });

  test('puts equal ratios at equal distances', () => {
    const { position } = logScale([1, 100], { range });
    expect(position(10)).toBeCloseTo(50, 10);
    expect(position(0)).toBe(0);
  });
});

describe('a line chart', () => {
  const curve = (values: readonly number[]) => ({
    count: values.length,
    points: values.map((value, i) => ({ step: i + 1, value, low: value, high: value })),
  });
  const chart = (values: readonly number[]) =>
    lineChart({
      title: 'Loss',
      description: 'falls',
      series: [{ name: 'training', curve: curve(values), style: 'trace', tone: 1 }],
    })?.text ?? '';

  const ticksOf = (values: readonly number[]) =>
    Array.from(chart(values).matchAll(/class="tick" x="52"[^>]*>([^<]*)</g), ([, label]) => label);

  test('draws the first point at the left and the last at the right of its area', () => {
    expect(chart([4, 2])).toContain('<path class="line" d="M60 14L642 260" />');
  });

  test('names what it shows for those who hear it', () => {
    expect(chart([4, 2])).toMatch(/role="img" aria-labelledby="loss-title loss-text">\s*<title id="loss-title">Loss</);
  });

  test('uses a logarithm where values span more than a factor of thirty, never where one is not positive', () => {
    expect(ticksOf([1, 2, 100])).toEqual(['1', '2', '5', '10', '20', '50', '100']);
    expect(ticksOf([4, 100])).toEqual(['0', '20', '40', '60', '80', '100']);
    expect(ticksOf([-1, 2, 100])).toEqual(['−50', '0', '50', '100']);
  });

  test('shows a long noisy curve faint under its average, a short one as it is', () => {
    expect(chart(Array.from({ length: 60 }, (_, i) => i % 2))).toContain('class="faint"');
    expect(chart([1, 2, 1])).not.toContain('class="faint"');
  });

  test('of nothing is nothing', () => {
    expect(lineChart({ title: '', description: '', series: [] })).toBeUndefined();
    expect(barChart({ title: '', description: '', bars: [] })).toBeUndefined();
    expect(histogram({ title: '', description: '', buckets: [], unit: '' })).toBeUndefined();
  });

  test('averages without running late: a straight line stays where it is, noise does not', () => {
    const { points } = curve(Array.from({ length: 100 }, (_, i) => i));
    for (const [i, { value }] of smoothed(points).entries()) expect(value).toBeCloseTo(i, 9);
    const noise = smoothed(curve(Array.from({ length: 100 }, (_, i) => i % 2)).points);
    for (const { value } of noise) expect(Math.abs(value - 0.5)).toBeLessThan(0.35);
  });

  test('moves labels apart, and none below the end', () => {
    expect(apart([10, 12, 200], 0, 250)).toEqual([10, 38, 200]);
    expect(apart([240, 250], 0, 250)).toEqual([222, 250]);
  });
});

describe('bars', () => {
  test('grow from zero in proportion, with their interval', () => {
    const bars = [
      { label: 'a', value: 10, text: '10', low: 5, high: 20 },
      { label: 'b', value: 5, text: '5' },
    ];
    const { text } = barChart({ title: 't', description: 'd', bars })!;
    const widths = Array.from(text.matchAll(/class="bar"[^>]* width="([\d.]+)"/g), ([, width]) => Number(width));
    expect(widths).toEqual([210, 105]);
    expect(text).toContain('M295 19H610');
  });

  test('of values below zero grow to the left', () => {
    const bars = [
      { label: 'a', value: -10, text: '' },
      { label: 'b', value: 10, text: '' },
    ];
    const { text } = barChart({ title: 't', description: 'd', bars })!;
    expect(Array.from(text.matchAll(/class="bar" x="([\d.]+)"/g), ([, x]) => Number(x))).toEqual([190, 400]);
  });
});

describe('a histogram', () => {
  test('has a bar per span, as high as its rows, and marks inside the picture', () => {
    const buckets = [
      { from: 0, to: 10, rows: 4 },
      { from: 10, to: 20, rows: 2 },
    ];
    const marks = [
      { value: 8, label: 'median 8' },
      { value: 5000, label: 'limit' },
    ];
    const { text } = histogram({ title: 't', description: 'd', buckets, unit: 'tokens', marks })!;
    const heights = Array.from(text.matchAll(/class="bar"[^>]* height="([\d.]+)"/g), ([, height]) => Number(height));
    expect(heights[0]).toBeCloseTo(2 * heights[1], 1);
    expect(text).toContain('0 to 9 tokens: 4 rows');
    expect(text).toContain('median 8');
    expect(text).not.toContain('limit');
  });
});
