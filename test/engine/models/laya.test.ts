import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { importModel } from '../../../src/app/import/import-model.ts';
import { readCalibration } from '../../../src/answering/model/kept-calibration.ts';
import { writeLayaFolder } from '../../../src/answering/model/laya-folder.ts';
import { openModel } from '../../../src/answering/model/open-model.ts';
import { modelPredictor } from '../../../src/answering/predict/model-predictor.ts';
import { asTheyAre } from '../../../src/answering/prompting/asker.ts';
import type { DecisionExample } from '../../../src/data/kinds/decision.ts';
import { layoutOfRows } from '../../../src/engine/nn/index.ts';
import { fromArray, noGrad, scope } from '../../../src/engine/tensor/index.ts';
import { run as exportModel } from '../../../src/jobs/export/export.ts';
import { LayaHead, layaSchema } from '../../../src/models/heads/laya.ts';
import { saveModel } from '../../../src/models/save.ts';
import { create } from '../../../src/training/objectives/decision.ts';
import { options as decisionOptions } from '../../../src/training/objectives/decision.options.ts';
import { writeTinyBert } from '../../system/cli-tiny-bert.ts';
import { tinyConfigs } from '../tiny-configs.ts';
import { tinyModel } from '../tiny-models.ts';

interface Reference {
  width: number;
  layers: number;
  rows: { length: number; type: number; marks: number[] }[];
  logits: number[][];
}

const wave = (shape: readonly number[], value: (i: number) => number) =>
  fromArray(
    Float64Array.from({ length: shape.reduce((size, one) => size * one, 1) }, (_, i) => value(i)),
    shape,
  );

test('the head computes what torch does', () => {
  const { width, layers, rows, logits } = JSON.parse(readFileSync('fixtures/laya-head.json', 'utf8')) as Reference;
  const head = new LayaHead({ width }, layaSchema.parse({ head_layers: layers }));
  for (const [name, parameter] of head.parameters()) {
    const { shape } = parameter;
    const isNorm = (name.includes('norm') && name.includes('weight')) || name === 'scorer.0.weight';
    const [scale, offset] =
      shape.length < 2 ? [0.1, isNorm ? 1 : 0] : [name.includes('type_emb') ? 0.5 : 2.5 / Math.sqrt(shape.at(-1)!), 0];
    scope(() => parameter.assign(wave(shape, (i) => Math.sin(i * 0.7 + name.length) * scale + offset)));
  }
  const layout = layoutOfRows(
    rows.map(({ length }) => length),
    { causal: false },
  );
  const states = rows.flatMap(({ length }, r) =>
    Array.from({ length: length * width }, (_, i) => Math.sin(i * 0.31 + layout.offsets[r]) * 0.9),
  );
  const places = rows.flatMap(({ marks }, r) => marks.map((mark) => BigInt(layout.offsets[r] + mark)));
  const found = noGrad(() =>
    scope(() => {
      const hidden = fromArray(Float64Array.from(states), [states.length / width, width]);
      const types = rows.map(({ type }) => type);
      return [...head.scores(hidden, layout, { types, places: fromArray(BigInt64Array.from(places)) }).toNumbers()];
    }),
  );
  for (const [i, value] of logits.flat().entries()) expect(found[i]).toBeCloseTo(value, 9);
  head.dispose();
});

describe('a folder of Laya', () => {
  const folder = mkdtempSync(join(tmpdir(), 'attune-laya-test-'));
  const [ours, theirs, imported, back] = ['ours', 'theirs', 'imported', 'back'].map((name) => join(folder, name));
  const temperatures = { choice: { all: 1.5, buckets: { '3_5': 2 } }, noul: { all: 0.7, buckets: {} } };

  beforeAll(async () => {
    vi.stubEnv('ATTUNE_IN_PROCESS', '1');
    const [raw] = tinyConfigs.modernbert;
    const config = {
      ...raw,
      vocab_size: 256,
      max_position_embeddings: 256,
      laya: { head_layers: 1, max_len: 200, head_max_len: 192, act_costs: { act: 1 } },
    };
    const model = await tinyModel({ raw: config, task: 'decision' }, 'f32');
    mkdirSync(ours);
    saveModel(model, ours);
    writeTinyBert(join(folder, 'bert'), ['parcel', 'late']);
    for (const file of readdirSync(join(folder, 'bert')))
      if (file.startsWith('tokenizer')) cpSync(join(folder, 'bert', file), join(ours, file));
    mkdirSync(theirs);
    writeLayaFolder(theirs, { config: model.config, calibration: { temperatures } }, ours);
    model.dispose();
  });
  afterAll(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  const example: DecisionExample = {
    kind: 'decision',
    id: '1',
    source: { file: 'rows.jsonl', line: 1 },
    state: 'parcel late',
    questions: [
      { id: 'a', type: 'choice', options: ['x', 'y', 'z'].map((key) => ({ key })) },
      { id: 'b', type: 'noul', instructions: 'late', options: [{ key: 'false' }, { key: 'true' }] },
    ],
  };
  const answer = async (target: string) => {
    const opened = await openModel(target, { precision: 'f32' });
    const predictor = modelPredictor('m', opened, { ...asTheyAre, maxNewTokens: 1 });
    const found = await predictor.predict([example, { ...example, id: '2', state: 'late '.repeat(200) }]);
    opened.model.dispose();
    return found;
  };

  test('is read and written with the same probabilities, temperatures included', async () => {
    expect(readdirSync(theirs).toSorted()).toEqual([
      'encoder',
      'model.safetensors',
      'rl_agent_config.json',
      'tokenizer',
    ]);
    const settings = JSON.parse(readFileSync(join(theirs, 'rl_agent_config.json'), 'utf8')) as object;
    expect(settings).toMatchObject({ temperature: [1.5, 1, 0.7], temperature_by_options: { 'choice:3-5': 2 } });
    const names = readFileSync(join(theirs, 'model.safetensors')).toString('latin1', 8, 4000);
    expect(names).toContain('"encoder.embeddings.tok_embeddings.weight"');
    expect(names).toContain('"act_head.2.bias"');
    await importModel(theirs, { output: imported });
    expect(readCalibration(imported)!.temperatures).toMatchObject(temperatures);
    const [first, second] = await answer(imported);
    expect(second.unreadable).toBeDefined();
    expect(new Set(first.decisions!.flatMap(({ probabilities }) => probabilities)).size).toBe(5);
    const context = {
      emit: () => undefined,
      signal: new AbortController().signal,
      requests: (async function* () {})(),
    };
    await exportModel({ target: imported, to: 'laya', folder: back, dtype: 'f32' }, context);
    await importModel(back, { output: `${imported}-again` });
    const [again] = await answer(`${imported}-again`);
    expect(again.decisions).toEqual(first.decisions);
    for (const file of ['model.safetensors', 'rl_agent_config.json'])
      expect(readFileSync(join(back, file), 'utf8').length).toBe(readFileSync(join(theirs, file), 'utf8').length);
  });

  test('is trained on what it answers', async () => {
    const opened = await openModel(imported, { precision: 'f32' });
    const processor = { tokenizer: opened.tokenizer, now: new Date(0), causal: false, isLaya: true };
    const objective = create(decisionOptions.parse({}), processor);
    const answered = example.questions.map((one, q) => ({ ...one, target: q === 0 ? [0, 1, 0] : [1, 0] }));
    const { rows } = await objective.prepare([{ ...example, questions: answered }]);
    const prepared = rows.map((row) => row!);
    const loss = noGrad(() =>
      scope(() => {
        const totals = objective.counts({ rows: prepared });
        return objective.loss(opened.model, objective.collate(prepared), { totals }).perRow.toNumbers()[0];
      }),
    );
    const plain = modelPredictor('m', { ...opened, calibration: undefined }, { ...asTheyAre, maxNewTokens: 1 });
    const [{ decisions }] = await plain.predict([example]);
    const [queue, late] = decisions!.map(({ probabilities }) => probabilities);
    expect(loss).toBeCloseTo(-(Math.log(queue[1]) + Math.log(late[0])) / 2, 4);
    opened.model.dispose();
  });

  test('does not become itself, and is named where a model is expected', async () => {
    await expect(openModel(theirs)).rejects.toThrow(/it is a Laya folder: attune models import/);

    await expect(importModel(theirs, { output: theirs })).rejects.toMatchObject({ code: 'E_NOT_WRITABLE' });
    expect(existsSync(join(theirs, 'encoder'))).toBe(true);
  });
});
