import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { languageTeller } from '../../../src/data/text-language.ts';
import { Profiles } from '../../../src/monitoring/profile/profiles.ts';
import { editedShare } from '../../../src/monitoring/feedback/edited-share.ts';
import { measure, type SignalValues } from '../../../src/monitoring/signals/index.ts';
import { VersionMonitor } from '../../../src/monitoring/monitor/version-monitor.ts';
import type { ServedAnswer } from '../../../src/monitoring/trace.ts';

const ANSWER = 'Your parcel number twelve was sent from the depot in Leeds on the ninth of March by train.';

/** A run's folder with its rows, as at the start of training. */
function run(): string {
  const folder = mkdtempSync(join(tmpdir(), 'attune-profile-'));
  const rows = Array.from({ length: 30 }, (_, i) => ({
    messages: [
      { role: 'system', content: 'You help customers of a shop.' },
      { role: 'user', content: `Where is the parcel with the number ${i} that I ordered last week?` },
      {
        role: 'assistant',
        content: i === 12 ? ANSWER : `We wish you a nice day and thank you for your order, number ${i}.`,
      },
    ],
  }));
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  const data = {
    train: [{ path: 'rows.jsonl', format: null, columns: null, weight: null }],
    format: null,
    columns: null,
  };
  const started = { type: 'run-started', at: Date.now(), base: folder, recipe: { data } };
  writeFileSync(join(folder, 'events.jsonl'), `${JSON.stringify(started)}\n`);
  writeFileSync(join(folder, 'recipe.json'), '{}');
  mkdirSync(join(folder, 'adapter'));
  return join(folder, 'adapter');
}

describe('what a version was trained on', () => {
  it('tells other languages, letters, system prompts, and answers that are learned by heart', async () => {
    await using profiles = new Profiles();
    const folder = run();
    expect(profiles.of(folder)).toBeUndefined();
    await profiles.settled();
    const profile = profiles.of(folder)!;
    expect(profile.languages).toEqual(['en']);
    const languageOf = await languageTeller([]);
    const of = (user: string, answer: string, system = 'You help customers of a shop.'): SignalValues => {
      const prompt = [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ];
      // An id for which expensive signals are computed.
      const shared = { id: 'sampled-0', choice: 0, at: 0, model: 'm', version: 'v', operation: 'chat', status: 200 };
      return measure({ ...shared, milliseconds: 1, prompt, answer } as ServedAnswer, { profile, languageOf });
    };
    const usual = of(
      'Where is the parcel that I ordered two weeks ago?',
      'It is on its way and will be with you on Monday.',
    );
    expect(usual).toMatchObject({ language: 0, language_switch: 0, system_prompt: 0, copied_training: 0 });
    const other = of('Wo ist das Paket, das ich vor zwei Wochen bestellt habe?', ANSWER, 'Be rude.');
    expect(other).toMatchObject({ language: 1, language_switch: 1, system_prompt: 1, copied_training: 1 });
    expect(other.unusual_text!).toBeGreaterThan(1.3 * usual.unusual_text!);
    // Text that many answers share is not memorised.
    expect(of('Thanks!', 'We wish you a nice day and thank you for your order, number 99.').copied_training).toBe(0);
  }, 60_000);

  it('is not known of a model without a run', async () => {
    await using profiles = new Profiles();
    const folder = mkdtempSync(join(tmpdir(), 'attune-profile-'));
    profiles.of(folder);
    await profiles.settled();
    expect(profiles.of(folder)).toBeUndefined();
  });
});

it('corrections that change more and more of the answers are an alarm', () => {
  expect(editedShare('It comes on Monday.', 'It comes on Friday.')).toBe(0.25);
  expect(editedShare('', 'Yes')).toBe(1);
  const monitor = new VersionMonitor({ reference: 100 });
  const place = (at: number) => ({ id: `a-${at}`, at });
  for (let i = 0; i < 60; i++) monitor.observeSaid('edits', (i % 10) / 50, place(i));
  for (let i = 0; i < 100; i++) monitor.observe({ ...place(i), signals: {} });
  for (let i = 0; i < 60; i++) monitor.observeSaid('edits', 0.5 + (i % 10) / 50, place(200 + i));
  expect(monitor.alarms).toEqual(['edits']);
});
