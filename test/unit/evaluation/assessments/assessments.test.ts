// Properties that every assessment has by declaration: nothing here is specific to one of them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { recipeKeys } from '../../../../src/app/recipe/index.ts';
import { describeFigures } from '../../../../src/app/terminal/format-figures.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';
import { useCases } from '../../../../src/app/use-cases/index.ts';
import { columnsOf } from '../../../../src/base/figures.ts';
import type { Checks } from '../../../../src/evaluation/assessments/define-assessment.ts';
import {
  assessmentPath,
  readAssessment,
  writeAssessment,
} from '../../../../src/evaluation/assessments/assessment-files.ts';
import { assessmentNames, assessments, figuresOf } from '../../../../src/evaluation/assessments/index.ts';
import { gateQuestions } from '../../../../src/evaluation/review/gate-checks.ts';
import { assessmentSections } from '../../../../src/jobs/report/assessment-sections.ts';
import { escapeHtml } from '../../../../src/jobs/report/html.ts';
import { gateSchema } from '../../../../src/methods/recipe/recipe-gate.ts';
import { measuredSection } from '../../../../src/store/card-figures.ts';
import { samples } from './samples.ts';

const terminal = createTerminal({ write: () => true }, { NO_COLOR: '1' });
const nobody = { signOffs: { file: '', signOffs: [], problems: [], hasNewChoices: false }, outdated: [] };

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-assessments-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test('every key of the gate has a check, and every check a key', () => {
  expect(Object.keys(gateQuestions).toSorted()).toEqual(gateSchema.keyof().options.toSorted());
});

describe.each(assessmentNames)('%s', (name) => {
  const {
    schema,
    measure,
    checks = {},
  } = assessments[name] as (typeof assessments)[typeof name] & {
    checks?: Checks<unknown>;
  };
  const shown = figuresOf(name, samples[name])!;

  test('has a result that its schema knows, and that is read as it was written', () => {
    expect(assessments[name].name).toBe(name);
    expect(schema.safeParse(JSON.parse(JSON.stringify(samples[name]))).error).toBeUndefined();
    writeAssessment(folder, name, samples[name]);
    expect(assessmentPath(folder, name)).toBe(join(folder, `${name}.json`));
    expect(JSON.stringify(readAssessment(folder, name))).toBe(JSON.stringify(samples[name]));
  });

  test('is measured by a command or a key of the recipe that there is', async () => {
    const [, command] = /attune (\w+(?: [a-z]+)?)/.exec(measure) ?? [];
    const [, key] = /\b(evaluation\.\w+)/.exec(measure) ?? [];
    expect([command, key].filter((one) => one !== undefined)).toHaveLength(1);
    const known = [...Object.keys(useCases), ...(await recipeKeys()).all.map(({ path }) => path)];
    expect(known.some((one) => one === key || one === command || one === command?.split(' ')[0])).toBe(true);
  });

  test('has a cell for every column of every row', () => {
    expect(shown.title).toMatch(/\S/);
    expect(shown.lead).toMatch(/\S.*\.$/);
    for (const figures of shown.figures) {
      expect(columnsOf(figures, 'page').length).toBeGreaterThan(0);
      for (const { cells } of figures.rows) expect(cells).toHaveLength(figures.columns.length - 1);
    }
  });

  test('is drawn by terminal, page and card with the same rows', () => {
    const drawn = [
      describeFigures(shown, terminal),
      assessmentSections({ [name]: samples[name] })
        .map(({ text }) => text)
        .join(''),
      measuredSection(shown),
    ];
    for (const text of drawn) {
      expect(text).not.toMatch(/undefined|NaN|\[object|null/);
      const isPage = text.trimStart().startsWith('<');
      for (const { rows, chart } of shown.figures) {
        const names =
          isPage && chart !== undefined ? chart.bars.map(({ label }) => label) : rows.map((row) => row.name);
        for (const row of names) expect(text).toContain(isPage ? escapeHtml(row) : row);
      }
    }
  });

  test('fails each of its checks where it was not measured, or with other files, and says how to measure it', () => {
    for (const key of Object.keys(checks) as (keyof typeof gateQuestions)[]) {
      const { find, restsOn, title } = gateQuestions[key];
      expect([restsOn, title]).toEqual([name, expect.stringMatching(/\S/)]);
      expect(find(nobody, 0.5)).toEqual({
        isPassed: false,
        message: expect.stringMatching(/ was not measured$/) as string,
        fix: measure,
      });
      expect(find({ ...nobody, [name]: samples[name] }, 0.5).message).not.toMatch(/undefined|NaN/);
    }
  });
});
