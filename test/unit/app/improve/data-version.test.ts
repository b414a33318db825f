import { mkdtempSync, readFileSync, readdirSync, writeFileSync, mkdirSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writeDataVersion } from '../../../../src/app/improve/data-version.ts';
import { eraseTexts } from '../../../../src/app/improve/erase-texts.ts';
import { eraseFromQuarantine } from '../../../../src/app/improve/quarantine.ts';
import { escapeHtml } from '../../../../src/jobs/report/html.ts';
import { writeJson } from '../../../../src/files/json.ts';
import type { Candidate } from '../../../../src/monitoring/quarantine/candidate.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'attune-version-'));

function labelled(prompt: string, i: number): Candidate {
  return { id: `fb-${i}`, at: i, source: 'one', owner: `owner-${i % 2}`, kind: 'label', prompt, target: 'a' };
}

describe('a version of a data set', () => {
  it('holds no row out that is nearly one to train on', async () => {
    const words = ['one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'];
    const text = (i: number, end: string): string =>
      [...words.map((word) => `${word}${i}`), 'of', 'the', 'order', end].join(' ');
    const rows = Array.from({ length: 20 }, (_, i) => [text(i, 'please'), text(i, 'thanks')]).flat();
    const known = [text(0, 'now'), text(1, 'now'), text(2, 'now')];
    const settings = { form: 'labels' as const, holdout: 0.5, layout: {}, seed: 1 };
    const made = folder();
    await writeDataVersion(made, rows.map(labelled), { ...settings, known });
    const orders = (file: string): Set<string> => new Set(readFileSync(join(made, file), 'utf8').match(/one\d+/g));
    const [train, holdout] = [orders('labels-train.jsonl'), orders('labels-holdout.jsonl')];
    expect(holdout.size).toBeGreaterThan(3);
    expect([...train].filter((order) => holdout.has(order))).toEqual([]);
    expect(train.size + holdout.size).toBe(20);
    for (const order of ['one0', 'one1', 'one2']) expect(train).toContain(order);
  });
});

describe('an erased user', () => {
  const said = 'My parcel to "Elm Street" <12> never came, and I asked for it three times.';

  it('is not quoted by runs any more; what quotes a part of it is deleted', () => {
    const run = folder();
    mkdirSync(join(run, 'adapter'));
    writeFileSync(join(run, 'samples.json'), JSON.stringify({ rows: [{ prompt: said }, { prompt: 'another row' }] }));
    writeFileSync(join(run, 'report.html'), `<td>${escapeHtml(said.slice(0, 50))}…</td>`);
    writeFileSync(join(run, 'adapter/tokenizer.json'), JSON.stringify({ vocab: { [said]: 1 } }));
    eraseTexts(run, [said, 'row']);
    expect(readFileSync(join(run, 'samples.json'), 'utf8')).toMatch(/\(erased\)[^]*another row/);
    expect(existsSync(join(run, 'report.html'))).toBe(false);
    expect(readFileSync(join(run, 'adapter/tokenizer.json'), 'utf8')).toContain('Elm Street');
  });

  it('is in no pair to review, and nobody waits for one', () => {
    const cycle = folder();
    writeJson(join(cycle, 'quarantine.json'), { accepted: ['fb-1', 'fb-2'], sample: ['fb-1', 'fb-2'], held: [] });
    writeFileSync(join(cycle, 'pairs.jsonl'), `{"id":"fb-1","b":"${'theirs'}"}\n{"id":"fb-2","b":"other"}\n`);
    eraseFromQuarantine(cycle, new Set(['fb-1']));
    expect(readFileSync(join(cycle, 'pairs.jsonl'), 'utf8')).toBe('{"id":"fb-2","b":"other"}\n');
    expect(JSON.parse(readFileSync(join(cycle, 'quarantine.json'), 'utf8'))).toMatchObject({
      accepted: ['fb-2'],
      sample: ['fb-2'],
    });
    expect(readdirSync(cycle)).toHaveLength(2);
  });
});
