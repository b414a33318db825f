import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parse } from 'yaml';
import { reportRun } from '../../../../src/app/report/index.ts';
import { writeModelCard } from '../../../../src/jobs/train/result/result-card.ts';
import { writeSampleRun } from './sample-run.ts';

let folder: string;
let result: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-card-'));
  result = join(folder, 'adapter');
  mkdirSync(join(folder, 'base'));
  writeFileSync(join(folder, 'base', 'README.md'), '---\nlicense: mit\nlanguage: en\n---\n# Base\n');
  writeSampleRun(folder);
  mkdirSync(result);
  writeFileSync(join(result, 'adapter_config.json'), '{}');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function writeNotes(step: number): void {
  const metrics = { loss: step === 20 ? 1.55 : 1.525 };
  const base = { base_model: 'owner/base', base_folder: join(folder, 'base') };
  const notes = { ...base, task: 'causal-lm', step, metrics, recipe: {} };
  writeFileSync(join(result, 'attune.json'), JSON.stringify(notes));
}

function front(): Record<string, unknown> {
  const text = readFileSync(join(result, 'README.md'), 'utf8');
  return parse(/^---\n([\s\S]*?)---\n/.exec(text)![1]) as Record<string, unknown>;
}

test('a result’s card has the base’s licence and the numbers of the step that was kept', () => {
  writeNotes(20);
  writeModelCard(folder, result);
  expect(front()).toMatchObject({ base_model: 'owner/base', license: 'mit', language: ['en'], library_name: 'peft' });
  expect(JSON.stringify(front()['model-index'])).toContain('{"type":"loss","value":1.55}');
});

test('a base whose card is written badly costs only its licence', () => {
  writeFileSync(join(folder, 'base', 'README.md'), '---\nlicense: [mit\n---\n');
  writeNotes(20);
  writeModelCard(folder, result);
  expect(front().license).toBeUndefined();
});

test('a report written later brings the card up to date, and leaves others’ results alone', async () => {
  await reportRun(folder);
  expect(existsSync(join(result, 'README.md'))).toBe(false);
  writeNotes(40);
  await reportRun(folder);
  expect(readFileSync(join(result, 'README.md'), 'utf8')).toContain('chrF 50 against 30 of base');
});
