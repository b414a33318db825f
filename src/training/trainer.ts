import type { Metrics } from '../base/events.ts';
import { engine, synchronise } from '../engine/tensor/index.ts';
import { withAveraged } from './averaged.ts';
import { refuseDivergedLoss, refuseDivergedWeights } from './diverged.ts';
import { evaluateRows, type EvaluationResult } from './evaluate-losses.ts';
import { joinUpdates, nothingUpdated, packed, unlessStopped, type StepContext } from './produce.ts';
import { learningRateAt } from '../methods/recipe/rate-schedule.ts';
import { trainStep, type StepRequest, type StepResult } from './train-step.ts';
import { changeBetween, COMPARED_ROWS } from './row-changes.ts';
import type { TrainerHooks, TrainerOptions, TrainerParts } from './trainer-parts.ts';
import { newTrainerState, type EarlierTraining, type TrainerState } from './trainer-state.ts';

export type Outcome = 'finished' | 'stopped' | 'paused';

/** The training loop: batches, steps, evaluations, checkpoints. Independent of any particular method. */
export class Trainer {
  readonly #parts: TrainerParts;
  readonly #options: TrainerOptions;
  readonly #hooks: TrainerHooks;
  state: TrainerState;
  #savedStep = -1;

  constructor(parts: TrainerParts, options: TrainerOptions, hooks: TrainerHooks) {
    this.#parts = parts;
    this.#options = options;
    this.#hooks = hooks;
    this.state = newTrainerState();
  }

  /** Continues from a state whose weights and moments are restored already. */
  resume(state: TrainerState): void {
    this.state = { ...state };
    this.#savedStep = state.step;
    this.#parts.sampler.restore(state);
    const { lossScale } = this.#parts;
    if (lossScale !== undefined && state.lossScale !== undefined) lossScale.state = state.lossScale;
  }

  /** Starts from another run's weights and moments; its steps and epochs count as done. */
  continueFrom(before: EarlierTraining): void {
    this.state = { ...this.state, before, epoch: before.epochs };
    this.#parts.sampler.restore({ epoch: before.epochs, index: 0 });
  }

  /** Validation metrics of a step: the best one, or the last. */
  metricsAt(step: number): Metrics {
    const { best, evaluated } = this.state;
    return best !== null && best.step === step ? best.metrics : evaluated;
  }

  /** Trains to the end, or until the signal, on which it saves first. */
  async run(): Promise<Outcome> {
    const { totalSteps } = this.#options.schedule;
    const pauseAt = this.#options.pauseAt ?? Infinity;
    // Checks patience first, so that a run that it ended does not continue when resumed for its result.
    while (this.state.step < Math.min(totalSteps, pauseAt) && !this.#isStale()) {
      if (await this.#isStopped()) return this.#stop();
      if (!(await this.#step())) return this.#stop();
      const isLast = this.state.step === totalSteps;
      if (isLast || isDue(this.state.step, this.#options.evaluateEvery)) await this.evaluate();
      if (isLast || isDue(this.state.step, this.#options.saveEvery)) await this.#save();
    }
    if (this.#savedStep !== this.state.step) await this.#save();
    return this.state.step < pauseAt ? 'finished' : this.#end('paused', 'paused as requested');
  }

  /** Processes that share a run stop before the same step. */
  async #isStopped(): Promise<boolean> {
    const { aborted } = this.#hooks.signal;
    return (await this.#parts.shared?.isAny('whether to stop', aborted)) ?? aborted;
  }

  /** False if the signal interrupted it, in which case nothing changed. */
  async #step(): Promise<boolean> {
    const started = performance.now();
    const { sampler, train } = this.#parts;
    const { aroundStep = (body) => body() } = this.#hooks;
    const microBatches = sampler.next().microBatches.map((rows) => rows.map((row) => train[row]));
    const results = await aroundStep(() => this.#updates(microBatches), microBatches.flat());
    if (results === undefined) return false;
    this.state.updates += results.length;
    // A card still computes the update when the loss has arrived.
    synchronise(this.#parts.model.device);
    this.#advance(joinUpdates(results), (performance.now() - started) / 1000);
    return true;
  }

  /** All updates of a step: one, unless the objective splits its rows into several. */
  async #updates(microBatches: StepRequest['microBatches']): Promise<StepResult[] | undefined> {
    const { production } = this.#parts.objective;
    if (production === undefined) return [await trainStep(this.#parts, this.#request(microBatches, 0))];
    const produced = await unlessStopped(this.#hooks.signal, () =>
      production.produce(microBatches.flat(), this.stepContext()),
    );
    if (produced === undefined) return undefined;
    const results: StepResult[] = produced.updates.length === 0 ? [nothingUpdated(produced.metrics)] : [];
    for (const rows of produced.updates) {
      const request = this.#request(packed(rows, this.#options), results.length);
      const result = await trainStep(this.#parts, request);
      results.push({ ...result, metrics: { ...produced.metrics, ...result.metrics } });
      this.#parts.rollouts?.weightsMoved();
    }
    return results;
  }

  /** Context for rollouts and scoring. */
  stepContext(): StepContext {
    const { model, reference, rollouts, shared } = this.#parts;
    const { seed, microBatchTokens, shares } = this.#options;
    const { step, before } = this.state;
    const { signal, emit } = this.#hooks;
    return {
      step: before.steps + step,
      seed,
      model,
      reference,
      rollouts,
      shared,
      microBatchTokens,
      shares,
      signal,
      emit,
    };
  }

  #request(microBatches: StepRequest['microBatches'], done: number): StepRequest {
    return {
      microBatches,
      step: this.state.updates + done,
      stepsBefore: this.state.before.steps,
      seed: this.#options.seed,
      checkpointing: this.#options.checkpointing,
      options: {
        learningRate: this.#learningRate(),
        weightDecay: this.#options.weightDecay,
        maxGradNorm: this.#options.maxGradNorm,
      },
    };
  }

  #learningRate(): number {
    const { step, skipped } = this.state;
    return learningRateAt(this.#options.schedule, step - skipped);
  }

  #advance(result: StepResult, seconds: number): void {
    const { state } = this;
    const learningRate = this.#learningRate();
    state.step++;
    if (result.isSkipped === true) state.skipped++;
    state.epoch = this.#parts.sampler.state.epoch;
    state.index = this.#parts.sampler.state.index;
    state.inputTokens += result.inputTokens;
    state.lossTokens += result.counts.tokens ?? 0;
    state.seconds += seconds;
    const { lossScale } = this.#parts;
    if (lossScale !== undefined) state.lossScale = lossScale.state;
    const { totalSteps } = this.#options.schedule;
    this.#hooks.emit({
      type: 'step-finished',
      step: state.step,
      steps: totalSteps,
      epoch: this.#epochs(),
      loss: result.loss,
      grad_norm: result.gradNorm,
      learning_rate: learningRate,
      inputTokens: state.inputTokens,
      lossTokens: state.lossTokens,
      tokensPerSecond: result.inputTokens / seconds,
      secondsLeft: (state.seconds / state.step) * (totalSteps - state.step),
      memoryBytes: engine().residentBytes(),
      metrics: result.metrics,
    });
  }

  #epochs(): number {
    return this.state.epoch - this.state.before.epochs + this.state.index / this.#parts.sampler.batchesPerEpoch;
  }

  /** Scores the validation rows; records and saves the trained step with the lowest loss. */
  async evaluate(): Promise<void> {
    const { state } = this;
    const { validation } = this.#parts;
    if (validation.length === 0) return;
    const { metrics, perRow } = await this.#scoreRows();
    refuseDivergedLoss(metrics.loss, state.step);
    const rowLosses = [...perRow.subarray(0, COMPARED_ROWS)];
    const change = changeBetween(state.rowLosses, rowLosses);
    state.rowLosses = rowLosses;
    const best = [state.initial, state.best].every((earlier) => earlier === null || metrics.loss < earlier.loss);
    const isBestTrained = this.#remember(metrics);
    this.#hooks.emit({
      type: 'evaluation-finished',
      step: state.step,
      epoch: this.#epochs(),
      split: 'validation',
      rows: validation.length,
      metrics,
      best,
      ...(change === undefined ? {} : { change }),
    });
    await this.#answerSamples();
    if (isBestTrained && this.#options.keepBest) await this.#save();
  }

  async #answerSamples(): Promise<void> {
    const samples = await withAveraged(this.#parts.update, async () => this.#hooks.answerSamples?.());
    if (samples === undefined || samples.length === 0) return;
    this.#hooks.emit({ type: 'samples-answered', step: this.state.step, samples });
  }

  /** Validation metrics of the current weights. */
  async score(): Promise<Metrics> {
    return (await this.#scoreRows()).metrics;
  }

  #scoreRows(): Promise<EvaluationResult> {
    const { microBatchTokens } = this.#options;
    const { validation, measure, objective, update } = this.#parts;
    return withAveraged(update, async () => {
      const scored = objective.production?.evaluate?.(validation, this.stepContext());
      return scored ?? evaluateRows(this.#parts, validation, { microBatchTokens, measure });
    });
  }

  /** Whether this is the best trained step; one of them becomes the result even if the base model is better. */
  #remember(metrics: Metrics): boolean {
    const { state } = this;
    const evaluated = { step: state.step, loss: metrics.loss, metrics };
    state.evaluated = metrics;
    if (state.step === 0) {
      state.initial = evaluated;
      return false;
    }
    const isBest = state.best === null || metrics.loss < state.best.loss;
    if (isBest) state.best = evaluated;
    state.stale = isBest ? 0 : state.stale + 1;
    return isBest;
  }

  #isStale(): boolean {
    const { patience } = this.#options;
    return patience !== null && this.state.stale >= patience;
  }

  async #save(): Promise<void> {
    if (this.#savedStep === this.state.step) return;
    refuseDivergedWeights(this.#parts.tuning, this.state.step);
    await this.#hooks.save(this.state);
    this.#savedStep = this.state.step;
  }

  async #stop(): Promise<Outcome> {
    if (this.state.step > 0) await this.#save();
    const reason: unknown = this.#hooks.signal.reason;
    return this.#end('stopped', reason instanceof Error ? reason.message : String(reason));
  }

  #end(outcome: Outcome, reason: string): Outcome {
    this.#hooks.emit({ type: 'run-stopped', step: this.state.step, reason });
    return outcome;
  }
}

function isDue(step: number, every: number | readonly number[]): boolean {
  return typeof every === 'number' ? every > 0 && step % every === 0 : every.includes(step);
}
