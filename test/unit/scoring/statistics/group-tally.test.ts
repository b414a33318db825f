// People in the rows: shares with intervals, groups with too few rows, and unbalanced labels.
import { describe, expect, it } from 'vitest';
import { GroupTally, type RowGroups } from '../../../../src/scoring/statistics/group-tally.ts';
import { fisherExact, shareDifference } from '../../../../src/scoring/statistics/index.ts';
import { answersOf, groupsOfRow } from '../../../../src/preparation/index.ts';

const of = (axis: string, ...groups: string[]): RowGroups => ({ axis, by: 'mentions', groups });

describe('two shares', () => {
  it('differ by the interval that Newcombe gives in his table II', () => {
    const { estimate, low, high } = shareDifference({ part: 56, rows: 70 }, { part: 48, rows: 80 });
    expect(estimate).toBeCloseTo(0.2);
    expect(low).toBeCloseTo(0.0524, 4);
    expect(high).toBeCloseTo(0.3339, 4);
  });

  it.each([
    [{ part: 3, rows: 4 }, { part: 1, rows: 4 }, 0.4857],
    [{ part: 8, rows: 10 }, { part: 1, rows: 6 }, 0.035],
    [{ part: 5, rows: 5 }, { part: 0, rows: 5 }, 0.0079],
    [{ part: 0, rows: 9 }, { part: 0, rows: 3 }, 1],
  ])('have the p-value of Fisher’s exact test: %j, %j', (first, second, p) => {
    expect(fisherExact(first, second)).toBeCloseTo(p, 3);
    expect(fisherExact(second, first)).toBeCloseTo(fisherExact(first, second), 12);
  });
});

describe('a tally', () => {
  it('gives each group’s share of the rows that tell one, and keeps its first rows', () => {
    const tally = new GroupTally<number>({ shown: 2 });
    for (let row = 0; row < 100; row++)
      tally.add([row < 60 ? of('gender', 'male') : row < 80 ? of('gender', 'female') : of('gender')], [], row);
    const { rows, axes } = tally.report();
    expect([rows, axes[0].rows]).toEqual([100, 80]);
    expect(axes[0].groups).toMatchObject([
      { group: 'male', rows: 60, share: 0.75, first: [0, 1], flag: undefined },
      { group: 'female', rows: 20, share: 0.25, first: [60, 61], flag: 'few' },
    ]);
    // Wilson's interval for 60 of 80.
    expect(axes[0].groups[0].low).toBeCloseTo(0.6451, 3);
    expect(axes[0].groups[0].high).toBeCloseTo(0.8316, 3);
  });

  it('flags a group that is surely below half of an even share', () => {
    const tally = new GroupTally<number>();
    for (let row = 0; row < 1000; row++)
      tally.add([of('region', row < 100 ? 'east' : row < 500 ? 'west' : 'south')], [], row);
    expect(tally.report().axes[0].groups.map(({ group, flag }) => [group, flag])).toEqual([
      ['south', undefined],
      ['west', undefined],
      ['east', 'small'],
    ]);
  });

  it('finds labels that are not balanced, tests what two groups and two labels say once, and leaves rows of both out', () => {
    const tally = new GroupTally<number>();
    for (let row = 0; row < 200; row++) {
      const isMan = row % 2 === 0;
      const label = (isMan ? row % 10 < 8 : row % 10 < 3) ? 'hire' : 'reject';
      tally.add([of('gender', isMan ? 'male' : 'female')], [label], row);
    }
    tally.add([of('gender', 'female', 'male')], ['reject'], 200);
    const [{ groups, rows, labels }] = tally.report().axes;
    expect([rows, labels]).toEqual([201, ['hire', 'reject']]);
    const tested = groups.flatMap(({ group, labels: own }) =>
      own.flatMap(({ label, difference }) => (difference === undefined ? [] : [[group, label, difference.verdict]])),
    );
    expect(tested).toEqual([['female', 'hire', 'worse']]);
    expect(groups[0].labels[0]).toMatchObject({ share: 0.2, others: 0.8, rows: 20 });
    expect(groups[0].labels[0].difference!.pAdjusted).toBe(groups[0].labels[0].difference!.p);
  });

  it('counts no labels where they are texts', () => {
    const tally = new GroupTally<number>();
    for (let row = 0; row < 50; row++)
      tally.add([of('gender', row % 2 === 0 ? 'male' : 'female')], [`answer ${row}`], row);
    expect(tally.report().axes[0]).toMatchObject({ labels: [], groups: [{ labels: [] }, { labels: [] }] });
  });
});

describe('the groups of a row', () => {
  it('are those of its columns, dotted ones too, and those that its text speaks of', () => {
    const values = { customer: { region: 'north' }, tags: ['a', 'b'], text: '' };
    const told = groupsOfRow(values, 'Giulia told him about her German friend. Anna left.', {
      columns: ['customer.region', 'tags', 'none'],
      mentions: true,
    });
    expect(told.map(({ axis, by, groups }) => [axis, by, groups])).toEqual([
      ['customer.region', 'column', ['north']],
      ['tags', 'column', ['a', 'b']],
      ['none', 'column', []],
      ['gender', 'mentions', ['female', 'male']],
      // "Anna" is common in a dozen countries.
      ['origin', 'mentions', ['italian']],
      ['nationality', 'mentions', ['german']],
    ]);
  });

  it.each([
    [{ text: 'a', label: 1 }, undefined, ['1']],
    [{ text: 'a', labels: ['x', 'y'] }, undefined, ['x', 'y']],
    [{ prompt: 'a', completion: ' yes ' }, undefined, ['yes']],
    [{ messages: [{ role: 'assistant', content: 'no' }] }, undefined, ['no']],
    [{ prompt: 'a', completion: 'x'.repeat(61) }, undefined, []],
    [{ text: 'a', label: 1, grade: 'B' }, 'grade', ['B']],
  ])('have the label of %j', (values, column, labels) => {
    expect(answersOf(values, column)).toEqual(labels);
  });
});
