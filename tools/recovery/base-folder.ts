/** Input of the commands in commands.ts: rows, documents, a pipeline and a tiny model. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeZip } from '../../packages/documents/test/zip-writer.ts';
import { writeTinyModel } from '../../test/system/cli-tiny-model.ts';

export async function prepareFolder(base: string): Promise<void> {
  mkdirSync(join(base, 'docs'), { recursive: true });
  const rows = Array.from({ length: 400 }, (_, i) => ({
    prompt: `What is item ${i} of Ann Lee?`,
    completion: ` Thing ${i * 17}.`,
  }));
  const text = rows.map((row) => JSON.stringify(row)).join('\n');
  writeFileSync(join(base, 'rows.jsonl'), `${text}\n`);
  const texts = rows.map(({ prompt }, id) => JSON.stringify({ id, text: prompt }));
  writeFileSync(join(base, 'texts.jsonl'), `${texts.join('\n')}\n`);
  const page = (i: number) =>
    `# Page ${i}\n\n${`Sentence ${i} of a page that is long enough to be one. `.repeat(40)}\n`;
  for (let i = 0; i < 60; i++) writeFileSync(join(base, `docs/${i}.md`), page(i));
  const entries = Array.from({ length: 40 }, (_, i) => ({ name: `z${i}.md`, data: page(100 + i) }));
  writeFileSync(join(base, 'docs/more.zip'), makeZip(entries));
  const steps = '[{step: records}, {step: normalise}, {step: deduplicate}]';
  writeFileSync(join(base, 'p.yaml'), `sources: [rows.jsonl]\nsteps: ${steps}\n`);
  await writeTinyModel(join(base, 'model'), text);
}
