// Every objective of the registry with every tuning on a dense decoder and on a mixture of experts.
import { expect, it } from 'vitest';
import type { ErrorCode } from '../../../src/base/errors.ts';
import { isWhole } from '../../sample.ts';
import { matrixFolder } from '../matrix-folder.ts';
import { allCells, coveringCells, models, names, recipeOf, runCell, type Cell } from '../method-matrix.ts';

/** Every pair of objective, tuning and model; with ATTUNE_TESTS=all every combination. */
const cells = isWhole ? allCells() : coveringCells();

/** Objectives that no text decoder supports, with the error that they must raise whatever the tuning. */
const conflicts: Partial<Record<Cell['objective'], { code: ErrorCode; reason: string }>> = {
  question_answering: {
    code: 'E_WRONG_MODEL',
    reason: 'where an answer begins is found by a model that reads both ways',
  },
  masked_lm: { code: 'E_NO_MASK', reason: 'the vocabulary has no token for what is hidden' },
  seq2seq: { code: 'E_TASK_UNSUPPORTED', reason: 'there is no encoder' },
  next_item: { code: 'E_NO_ITEMS', reason: 'the vocabulary has no items' },
  bpr: { code: 'E_NO_ITEMS', reason: 'the vocabulary has no items' },
  item_retrieval: { code: 'E_NO_ITEMS', reason: 'the vocabulary has no items' },
  image_text_contrastive: { code: 'E_WRONG_MODEL', reason: 'the model reads no images' },
  ctc: { code: 'E_WRONG_MODEL', reason: 'the model reads no recordings' },
  speech_seq2seq: { code: 'E_WRONG_MODEL', reason: 'the model reads no recordings' },
};

/**
 * Metrics that are 0 in the first step, where the trained model equals its reference; metrics of the same names
 * elsewhere are not distances.
 */
const distances = ['rewards/chosen', 'rewards/rejected', 'rewards/margins', 'kl', 'objective/kl'];
const withoutReference: readonly Cell['objective'][] = ['cpo', 'simpo', 'orpo'];

const folder = matrixFolder('matrix', names(models));

const measured = new Set<string>();

const able = cells.filter(({ objective }) => conflicts[objective] === undefined);
const unable = cells.filter(({ objective }) => conflicts[objective] !== undefined);

it.each(able)('$objective with $tuning on $model begins as the base, learns, and resumes to the byte', async (cell) => {
  const run = await runCell(await recipeOf(cell, folder));
  expect(run.before.own).toEqual(run.before.base);
  const [first] = run.steps;
  const known = withoutReference.includes(cell.objective) ? [] : distances;
  for (const name of known.filter((one) => one in first.metrics)) {
    expect(first.metrics[name], name).toBe(0);
    measured.add(name);
  }
  expect(run.steps).toHaveLength(3);
  expect(run.hasMoved).toBe(true);
  expect(run.resumed).toEqual(run.whole);
});

it('each distance was measured', () => {
  expect([...measured].toSorted()).toEqual(distances.toSorted());
});

it.each(unable)('$objective with $tuning on $model is refused before training', async (cell) => {
  const run = async () => runCell(await recipeOf(cell, folder));
  await expect(run()).rejects.toThrow(expect.objectContaining({ code: conflicts[cell.objective]!.code }));
});
