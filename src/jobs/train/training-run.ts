import { AttuneError } from '../../base/errors.ts';
import type { EventSink } from '../../base/events.ts';
import type { Update } from '../../methods/interfaces.ts';
import { engine } from '../../engine/tensor/index.ts';
import { refuseChanged } from '../../files/unchanged.ts';
import { listCheckpoints, pruneCheckpoints, writeCheckpoint } from '../../store/checkpoints.ts';
import { LossScale } from '../../training/loss-scale.ts';
import { Rollouts } from '../../training/produce.ts';
import { Trainer } from '../../training/trainer.ts';
import type { TrainerHooks, TrainerParts } from '../../training/trainer-parts.ts';
import {
  readState,
  writeState,
  type CheckpointParts,
  type RunConstants,
  type TrainerState,
} from '../../training/trainer-state.ts';
import { answerSamplesOf } from './answer-samples.ts';
import { likelihoodMeasure } from '../evaluate/likelihood-metrics.ts';
import { withFrozenBlocks } from './frozen-rows.ts';
import { rolloutBytes } from './plan-memory.ts';
import { keepSecret, reportPrivacy, rowsApartOf } from './privacy.ts';
import { profileSteps } from './profile-steps.ts';
import { readRows, type ReadRows } from './read-rows.ts';
import { referenceModel } from '../../answering/model/reference-model.ts';
import { judgedRows } from './reference-scores.ts';
import type { RunContext } from './run-context.ts';
import { planRun, type RunPlan } from './run-plan.ts';
import { createUpdate } from './run-update.ts';
import { withWholeState } from './shared-files.ts';
import { tuneModel } from './tuned-model.ts';

/** The four stages of a run, each built on the previous one. */
export async function prepareRun(context: RunContext): Promise<TrainingRun> {
  const rows = await readRows(context);
  const tuned = await tuneModel(rows);
  const plan = await planRun(tuned);
  return assembleRun(plan);
}

/** Last stage: everything that steps need, and the trainer that runs them. */
async function assembleRun(plan: RunPlan): Promise<TrainingRun> {
  const { model, tuning, storage, rows } = plan.tuned;
  const { context, objective, tokenizer, base, metrics } = rows;
  const { recipe } = context;
  const examples = rows.loaded.splits.validation;
  const reference = await referenceModel({ objective, tuning, model, base, storage: recipe.storage });
  const update = await createUpdate(plan, reference?.run);
  reportPrivacy(update, plan.options.schedule.totalSteps, context.emit);
  const { train, validation } = await judgedRows(plan, reference);
  const parts: TrainerParts = {
    model,
    tuning,
    update,
    train,
    validation,
    sampler: plan.sampler,
    measure: await likelihoodMeasure(metrics, rows.validation, { objective, tokenizer, examples }),
    objective: await withFrozenBlocks(plan, reference),
    reference: reference?.run,
    rollouts: Rollouts.of(objective, {
      model,
      tokenizer,
      reference: reference?.run,
      cacheBytes: rolloutBytes(recipe),
    }),
  };
  if (model.dtype === 'f16') {
    refusePerRow(update);
    parts.lossScale = new LossScale([...tuning.trainables, ...(objective.trainables?.(model) ?? [])]);
  }
  parts.rowsApart = await rowsApartOf(context, parts);
  return new TrainingRun(plan, parts, () => {
    reference?.dispose();
    storage.dispose();
  });
}

function refusePerRow({ needs }: Update): void {
  if (needs !== 'row-gradients') return;
  throw new AttuneError('E_BAD_RECIPE', {
    what: 'Private training cannot be computed in f16: gradients of single rows are not scaled',
    fix: 'training.precision: bf16 or f32',
  });
}

/** A fully prepared run, from before its first step until its result is written. */
export class TrainingRun {
  readonly rows: ReadRows;
  readonly plan: RunPlan;
  readonly parts: TrainerParts;
  readonly trainer: Trainer;
  /** Decisions made once and saved with every checkpoint. */
  readonly constants: RunConstants;
  /** Checkpoint that weights and moments come from; undefined at the run's start. */
  origin: string | undefined;
  /** Answers to a few validation rows; undefined if there are none to give. */
  readonly answerSamples: TrainerHooks['answerSamples'];
  readonly #disposeRest: () => void;

  constructor(plan: RunPlan, parts: TrainerParts, disposeRest: () => void) {
    const { options, decided, tuned } = plan;
    const { emit, signal, folder, profile } = tuned.rows.context;
    this.rows = tuned.rows;
    this.plan = plan;
    this.parts = parts;
    this.constants = { ...decided, rowsApart: parts.rowsApart };
    this.answerSamples = answerSamplesOf(plan);
    this.#disposeRest = disposeRest;
    const { model } = parts;
    const { totalSteps } = options.schedule;
    const aroundStep = profile === true ? profileSteps(totalSteps, { folder, emit, signal, model }) : undefined;
    const save = (state: TrainerState) => this.#save(state);
    const hooks = { emit: checkingFiles(emit), signal, save, aroundStep, answerSamples: this.answerSamples };
    this.trainer = new Trainer(parts, options, hooks);
  }

  /** Sets the learning rate for this part of the run and all later ones. */
  settleRate(rate: number): void {
    this.constants.training = { ...this.constants.training, learning_rate: rate };
    this.plan.options.schedule.learningRate = rate;
  }

  /** Restores the newest checkpoint in the run's folder; false if there is none. */
  resume(): boolean {
    const { folder, emit } = this.rows.context;
    const latest = listCheckpoints(folder).at(-1);
    if (latest === undefined) return false;
    this.trainer.resume(readState(latest.folder, this.parts));
    this.origin = latest.folder;
    emit({ type: 'run-resumed', step: latest.step, from: latest.folder });
    return true;
  }

  /** Starts a round of a federation from the shared weights, which are loaded. */
  async beginRound(): Promise<void> {
    this.parts.update.anchorHere?.();
    await this.trainer.evaluate();
  }

  /** Writes a checkpoint with the given state and the current weights and moments; returns its bytes. */
  write(folder: string, state: TrainerState, moments?: CheckpointParts['moments']): number {
    const { parts, constants } = this;
    const { tuning, update, objective } = parts;
    const { recipe } = this.rows.context;
    return writeState(folder, state, { tuning, update, objective, constants, recipe, moments });
  }

  async #save(state: TrainerState): Promise<void> {
    const { folder, group } = this.rows.context;
    refuseChanged();
    const body = (moments: CheckpointParts['moments']) => this.#saveWhole(state, moments);
    await withWholeState(this.parts.update, this.parts.shared && group, { folder, body });
  }

  async #saveWhole(state: TrainerState, moments: CheckpointParts['moments']): Promise<void> {
    const { folder, recipe, emit } = this.rows.context;
    keepSecret(folder, this.constants);
    let bytes = 0;
    const saved = await writeCheckpoint(folder, state.step, (draft) => {
      bytes = this.write(draft, state, moments);
    });
    emit({ type: 'checkpoint-saved', ...saved, bytes });
    const pinned = state.best === null ? [] : [state.best.step];
    pruneCheckpoints(folder, { keep: recipe.checkpoints.keep, pinned });
  }

  /** Frees weights, gradients and moments of a finished run. */
  dispose(): void {
    const { model, tuning, update, rollouts, objective } = this.parts;
    rollouts?.[Symbol.dispose]();
    this.#disposeRest();
    for (const moment of update.state().values()) moment.dispose();
    update.dispose?.();
    objective.dispose?.();
    for (const { parameter } of objective.trainables?.(model) ?? []) parameter.dispose();
    tuning.dispose();
    model.dispose();
    engine().trimMemory();
  }
}

/** Checks after each step that the files mapped by the run have not been replaced. */
function checkingFiles(emit: EventSink): EventSink {
  return (event) => {
    if (event.type === 'step-finished') refuseChanged();
    emit(event);
  };
}
