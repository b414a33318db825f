import { readAssessment, writeAssessment } from '../../../../src/evaluation/assessments/assessment-files.ts';
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { auditLog } from '../../../../src/app/registry/registry-log.ts';
import { modelHistory } from '../../../../src/app/registry/history.ts';
import { documentLineage, modelLineage } from '../../../../src/app/registry/lineage.ts';
import { promoteModel } from '../../../../src/app/registry/promote.ts';
import { registerModel } from '../../../../src/app/registry/register.ts';
import { rollbackModel } from '../../../../src/app/registry/rollback.ts';
import { VersionFiles } from '../../../../src/serving/routes/fetched-versions.ts';
import { objectsFolder } from '../../../../src/store/objects/object-store.ts';
import { KEYS, startS3Server } from '../../store/s3-server.ts';
import { writeSampleRun } from '../../jobs/report/sample-run.ts';

let folder: string;
let run: string;
let adapter: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'attune-promote-'));
  vi.stubEnv('ATTUNE_HOME', join(folder, 'home'));
  run = join(folder, 'run');
  adapter = join(run, 'adapter');
  const base = join(folder, 'base');
  for (const path of [adapter, base]) mkdirSync(path, { recursive: true });
  writeSampleRun(run, 2);
  writeFileSync(join(run, 'recipe.json'), JSON.stringify({ model: base }));
  writeFileSync(join(base, 'config.json'), '{}');
  writeFileSync(join(base, 'model.safetensors'), 'weights of the base');
  const config = { peft_type: 'LORA', base_model_name_or_path: base, r: 2, lora_alpha: 2, target_modules: ['q_proj'] };
  writeFileSync(join(adapter, 'adapter_config.json'), JSON.stringify(config));
  writeFileSync(join(adapter, 'adapter_model.safetensors'), 'weights of the adapter');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const fails = () => writeAssessment(run, 'comparison', { ...readAssessment(run, 'comparison')!, verdict: 'worse' });

describe('promoting', () => {
  it('takes what passes its gate, and keeps what the gate found', async () => {
    await registerModel('tickets', run);
    expect(await promoteModel('tickets')).toMatchObject({ model: 'tickets', version: 1 });
    const { versions, aliases } = await modelHistory('tickets');
    expect(versions[0]).toMatchObject({ verdict: 'better', gate: { isPassed: true } });
    expect(aliases).toEqual({ challenger: 1, champion: 1 });
  });

  it('refuses what does not pass, unless somebody says why; the reason is kept', async () => {
    await registerModel('tickets', run);
    fails();
    await expect(promoteModel('tickets')).rejects.toMatchObject({ code: 'E_GATE', exitCode: 3 });
    expect((await modelHistory('tickets')).aliases).toEqual({ challenger: 1 });
    await promoteModel('tickets', { force: 'the old one is down' });
    const { versions, changes } = await modelHistory('tickets');
    expect(versions[0].gate).toMatchObject({ isPassed: false, checks: [{ name: 'comparison' }] });
    expect(changes[0]).toMatchObject({ action: 'promoted', reason: 'forced: the old one is down' });
    const [last] = await auditLog({ subject: 'tickets' });
    expect(last).toMatchObject({ action: 'alias-promoted', details: { reason: 'forced: the old one is down' } });
  });

  it('takes what its recipe asks nothing of', async () => {
    writeFileSync(
      join(run, 'recipe.json'),
      JSON.stringify({ model: join(folder, 'base'), gate: { comparison: false } }),
    );
    fails();
    await registerModel('tickets', run);
    expect(await promoteModel('tickets')).toMatchObject({ version: 1 });
    expect((await modelHistory('tickets')).versions[0].gate).toMatchObject({ isPassed: true });
  });

  it('refuses weights that are not those that were registered, whoever forces it', async () => {
    await registerModel('tickets', run);
    appendFileSync(join(adapter, 'adapter_model.safetensors'), '!');
    await expect(promoteModel('tickets', { force: 'x' })).rejects.toMatchObject({ code: 'E_VERSION_CHANGED' });
  });

  it('refuses a template that came after the registration, and a server does so too', async () => {
    await registerModel('tickets', run);
    const [made] = (await modelHistory('tickets')).versions;
    writeFileSync(join(adapter, 'chat_template.jinja'), 'another');
    await expect(promoteModel('tickets', { force: 'x' })).rejects.toMatchObject({ code: 'E_VERSION_CHANGED' });
    const files = new VersionFiles(pino({ level: 'silent' }), () => undefined);
    await files.follow([{ versions: new Map([[1, made]]) }], true);
    expect(() => files.folderOf(made)).toThrow(expect.objectContaining({ code: 'E_VERSION_CHANGED' }));
  });

  it('on another machine takes the files from the bucket, and nobody knows its run there', async () => {
    const bucket = await startS3Server();
    onTestFinished(() => bucket.close());
    for (const [name, value] of Object.entries({ ...KEYS, ATTUNE_OBJECTS: bucket.url })) vi.stubEnv(name, value);
    await registerModel('tickets', run);
    rmSync(run, { recursive: true });
    rmSync(objectsFolder(), { recursive: true });
    await expect(promoteModel('tickets')).rejects.toMatchObject({
      code: 'E_GATE',
      exitCode: 3,
      got: `nothing in ${run}`,
    });
    expect(await promoteModel('tickets', { force: 'passed elsewhere' })).toMatchObject({ version: 1 });
  });

  it('becomes silent only with a guard', async () => {
    await registerModel('tickets', run);
    await promoteModel('tickets');
    await registerModel('tickets', run);
    await expect(promoteModel('tickets', { canary: 0.1, bake: 1000 })).rejects.toMatchObject({ code: 'E_NO_GUARD' });
    const { rollout } = await promoteModel('tickets', { canary: 0.1, bake: 1000, guard: ['error_rate<1%'] });
    expect(rollout).toMatchObject({ stage: 'canary', version: 2, from: 1, share: 0.1 });
    expect(await rollbackModel('tickets')).toMatchObject({ version: 1, from: 2 });
    expect((await modelHistory('tickets')).rollouts[0].stage).toBe('rolled back');
  });

  it('by hand ends a trial', async () => {
    await registerModel('tickets', run);
    await promoteModel('tickets');
    await registerModel('tickets', run);
    await promoteModel('tickets', { shadow: 10 });
    await promoteModel('tickets');
    const { rollouts, aliases } = await modelHistory('tickets');
    expect([rollouts[0].stage, aliases.champion]).toEqual(['replaced', 2]);
    expect(await rollbackModel('tickets')).toMatchObject({ version: 1, from: 2 });
  });
});

describe('lineage', () => {
  it('says what cannot be followed', async () => {
    await registerModel('tickets', adapter);
    const { version, made, gaps, audit } = await modelLineage('tickets');
    expect([version, gaps, audit.length]).toEqual(['tickets@1', ['it was not made by an attune run'], 2]);
    expect(made.hashes.weights).toMatch(/^[0-9a-f]{64}$/);
    await expect(modelLineage('tickets@2')).rejects.toMatchObject({ code: 'E_VERSION_UNKNOWN' });
    await expect(modelLineage('tickets@best')).rejects.toMatchObject({ code: 'E_VERSION_UNKNOWN' });
  });

  it('goes from a model to documents, and from a document to models', async () => {
    const rows = join(folder, 'rows.jsonl');
    const row = (file: string) => `${JSON.stringify({ text: 'a', provenance: [{ file, sha256: 'x' }] })}\n`;
    writeFileSync(rows, row('contracts/miller.pdf') + row('contracts/miller.pdf') + row('b.docx'));
    const recipe = { model: 'm', data: { train: [{ path: 'rows.jsonl' }], validation: 0, test: 0 } };
    const event = { type: 'run-started', at: 1, run: 'r', folder: run, base: folder, recipe, identity: {} };
    appendFileSync(join(run, 'events.jsonl'), `${JSON.stringify(event)}\n`);
    await registerModel('tickets', run);
    const { data, gaps } = await modelLineage('tickets@challenger');
    expect(data).toMatchObject([{ split: 'train', path: rows, documents: { 'contracts/miller.pdf': 2, 'b.docx': 1 } }]);
    expect(gaps).toEqual([]);
    expect((await documentLineage('miller.pdf')).models).toMatchObject([
      { version: 'tickets@1', rows: 2, split: 'train' },
    ]);
    expect((await documentLineage(rows)).models).toMatchObject([{ version: 'tickets@1', rows: null }]);
    rmSync(rows);
    expect((await modelLineage('tickets')).gaps).toEqual([`${rows} is missing`]);
    expect((await documentLineage('b.docx')).unknown).toEqual(['tickets@1']);
  });
});
