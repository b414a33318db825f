import { entryOf, table } from '../base/table.ts';
import { pushAll } from '../base/many.ts';
import { AttuneError } from '../base/errors.ts';
import type { Metrics } from '../base/events.ts';
import { formatNumber } from '../base/format.ts';
import type { Model } from '../models/model.ts';
import { withRandomness, withRowTaps, type RowTap } from '../nn/index.ts';
import { backward, fromArray, noGrad, scope, span } from '../tensor/index.ts';
import { tokensOf, type Counts, type Objective, type Reference } from './interfaces.ts';
import type { Batch, Driven, LossResult, PreparedRow, StepOptions, StepPasses, Tally, Update } from './interfaces.ts';
import { jointStep } from './joint-step.ts';
import { addCutRows } from './row-norms.ts';
import { randomnessOf } from './step-randomness.ts';
import { Tape, type Checkpointing } from './tape.ts';
import { turn } from '../base/turn.ts';

export interface StepParts {
  model: Model;
  objective: Objective;
  update: Update;
  /** Present where the objective needs it. */
  reference?: Reference;
}

export interface StepRequest {
  /** The step's rows in micro-batches. */
  microBatches: readonly (readonly PreparedRow[])[];
  step: number;
  /** Steps of the runs that this one continues: random numbers are not drawn twice. Default 0. */
  stepsBefore?: number;
  seed: number;
  checkpointing: Checkpointing;
  options: Omit<StepOptions, 'step'>;
}

export interface StepResult {
  loss: number;
  gradNorm: number;
  inputTokens: number;
  counts: Counts;
  metrics: Metrics;
}

/**
 * One optimiser step. Counts are summed over all micro-batches first and every term is scaled by its total, so that any
 * split of the rows gives the same update. Between micro-batches the event loop gets its turn.
 */
export async function trainStep(parts: StepParts, wanted: StepRequest): Promise<StepResult> {
  const { objective, update } = parts;
  const request = { ...wanted, step: wanted.step + (wanted.stepsBefore ?? 0) };
  const { step, seed } = request;
  const microBatches = request.microBatches.map((rows) => objective.draw?.(rows, { seed, step }) ?? rows);
  const counts = addCounts(microBatches.map((rows) => objective.counts({ rows })));
  const totals = { ...counts, ...(await surveyStep(parts, { ...request, microBatches })) };
  const sums = new TallySums();
  const rows = request.microBatches.flat();
  const passes = passesOf(parts, {
    ...request,
    microBatches,
    totals,
    add: (tally) => sums.add(tally),
    forget: () => sums.clear(),
  });
  const drive = update.drive?.bind(update) ?? ((given: StepPasses) => followGradients(update, given, { wanted, step }));
  const { perRow, gradNorm, metrics } = await drive(passes, { ...request.options, step, seed });
  refuseNonFinite(perRow, rows, wanted);
  if (!Number.isFinite(gradNorm)) throw diverged(`a gradient norm of ${gradNorm}`, rows, wanted);
  return {
    loss: perRow.reduce((sum, value) => sum + value, 0),
    gradNorm,
    inputTokens: rows.reduce((sum, row) => sum + tokensOf(row), 0),
    counts,
    metrics: { ...sums.metrics(), ...metrics },
  };
}

/** The usual step. Rows without a loss are told before their gradients move anything. */
async function followGradients(
  update: Update,
  passes: StepPasses,
  { wanted, step }: { wanted: StepRequest; step: number },
): Promise<Driven> {
  const perRow = await passes.gradients();
  refuseNonFinite(perRow, wanted.microBatches.flat(), wanted);
  return { perRow, gradNorm: span('update', () => update.step({ ...wanted.options, step })) };
}

type PassRequest = StepRequest & {
  totals: Counts;
  add(tally: Tally): void;
  /** A pass that was tried before told the same. */
  forget(): void;
  /** Stands around each batch's passes, forward and backward. */
  around?<T>(body: () => T): T;
};

function noting(taps: RowTap[]): NonNullable<PassRequest['around']> {
  return (body) => withRowTaps(taps, body);
}

function passesOf(parts: StepParts, request: PassRequest): StepPasses {
  const { objective } = parts;
  return {
    gradients() {
      if (objective.joint !== undefined && request.microBatches.length > 1) return jointStep(parts, request);
      return passOver(parts, request, (result, tape) => followBack(result, tape));
    },
    losses: () => passOver(parts, request, undefined),
    async rowGradients(use) {
      const perRow: number[] = [];
      request.forget();
      for (const row of request.microBatches.flat()) {
        const totals = { ...request.totals, ...objective.counts({ rows: [row] }) };
        const alone = { ...request, microBatches: [[row]], totals };
        pushAll(perRow, await passOver(parts, alone, (result, tape) => followBack(result, tape)));
        noGrad(() => scope(() => use(row)));
      }
      return perRow;
    },
    ...(areRowsApart(parts) && apartPasses(parts, request)),
  };
}

/** Whether a batch says of each row what it would say of that row alone, of which its tokens tell the place. */
function areRowsApart({ model, objective }: StepParts): boolean {
  const { encoderStack, towers, imageReader, balance } = model.trunk;
  const isPlain = [encoderStack, towers, imageReader, balance].every((part) => part === undefined);
  return isPlain && model.prefix.length === 0 && objective.separable === true && objective.joint === undefined;
}

/** Rows alone, told by batches: their losses are means over their own tokens in place of the step's. */
function apartPasses(parts: StepParts, request: PassRequest): Pick<StepPasses, 'cutGradients'> {
  const { objective, model } = parts;
  const shares = request.microBatches.flat().map((row) => {
    const { [objective.unit]: own } = objective.counts({ rows: [row] });
    return entryOf(request.totals, objective.unit) / own;
  });
  if (!shares.every(Number.isFinite)) return {};
  return {
    async cutGradients(trainables, factorOf) {
      const weights = trainables.map(({ parameter }) => parameter);
      const [losses, norms]: number[][] = [[], []];
      let isKnown = true;
      const cut = async (rows: readonly PreparedRow[]): Promise<void> => {
        const own = shares.slice(norms.length, norms.length + rows.length);
        const taps: RowTap[] = [];
        const one = { ...request, microBatches: [rows], around: noting(taps) };
        const before = weights.map(({ tensor }) => tensor.grad?.own());
        for (const { tensor } of weights) tensor.grad = undefined;
        const found = await passOver(parts, one, ({ perRow }, tape, batch) => {
          followBack({ perRow: perRow.mul(fromArray(Float32Array.from(own)).toDevice(model.device)) }, tape);
          // A weight that has a gradient by now was read by something that noted nothing.
          isKnown = weights.every(({ tensor }) => tensor.grad === undefined) && perRow.size === rows.length;
          for (const [i, { tensor }] of weights.entries()) tensor.grad = before[i];
          const layout = model.layoutOf(batch.input);
          const noted = isKnown ? noGrad(() => addCutRows({ taps, weights, layout }, factorOf)) : undefined;
          isKnown = noted !== undefined;
          pushAll(norms, noted ?? []);
        });
        pushAll(
          losses,
          found.map((loss, i) => loss * own[i]),
        );
        for (const tensor of [...taps.flatMap(({ x, at }) => [x, at]), ...before]) tensor?.dispose();
      };
      for (const rows of request.microBatches) if (isKnown) await cut(rows);
      if (isKnown) return { losses, norms };
      for (const { tensor } of weights) tensor.grad = undefined;
      return undefined;
    },
  };
}

function followBack({ perRow }: Pick<LossResult, 'perRow'>, tape: Tape): void {
  span('backward', () => {
    backward([perRow.sum()]);
    tape.backward();
  });
}

/** One pass over all micro-batches, without gradients where nothing follows them back. Gives each row's share of the loss. */
async function passOver(
  { model, objective, reference }: StepParts,
  request: PassRequest,
  back: ((result: LossResult, tape: Tape, batch: Batch) => void) | undefined,
): Promise<number[]> {
  const { microBatches, totals, checkpointing, around = (body) => body() } = request;
  const perRow: number[] = [];
  for (const some of microBatches) {
    const loaded = (await objective.load?.(some)) ?? some;
    const pass = () => {
      const batch = objective.collate(loaded);
      const tape = back === undefined ? undefined : new Tape({ checkpointing });
      const randomness = randomnessOf(model, batch, request);
      const forward = () => objective.loss(model, batch, { totals, runner: tape, reference });
      const result = span('forward', () =>
        withRandomness(randomness, () => (tape === undefined ? noGrad(forward) : forward())),
      );
      if (tape !== undefined) back?.(result, tape, batch);
      pushAll(perRow, result.perRow.toNumbers());
      request.add(result.tally);
    };
    scope(() => around(pass));
    await turn();
  }
  return perRow;
}

/** Counts over all batches of a step that take a pass to be known: with the random numbers of the passes that follow. */
async function surveyStep({ model, objective }: StepParts, request: StepRequest): Promise<Counts> {
  const survey = request.microBatches.length > 1 ? objective.survey?.(model) : undefined;
  if (survey === undefined) return {};
  const all: Counts[] = [];
  for (const some of request.microBatches) {
    const loaded = (await objective.load?.(some)) ?? some;
    scope(() => {
      const batch = objective.collate(loaded);
      all.push(withRandomness(randomnessOf(model, batch, request), () => survey(batch)));
    });
    await turn();
  }
  return addCounts(all);
}

export function addCounts(all: readonly Counts[]): Counts {
  const totals: Counts = table({});
  for (const counts of all)
    for (const [name, value] of Object.entries(counts)) totals[name] = (totals[name] ?? 0) + value;
  return totals;
}

/** Adds up tallies over batches; a metric is its sum by its count. */
export class TallySums {
  readonly #sums = new Map<string, { sum: number; count: number }>();

  add(tally: Tally): void {
    for (const [name, { sum, count }] of Object.entries(tally)) {
      const entry = this.#sums.get(name) ?? { sum: 0, count: 0 };
      this.#sums.set(name, { sum: entry.sum + sum.item(), count: entry.count + count });
    }
  }

  clear(): void {
    this.#sums.clear();
  }

  metrics(): Metrics {
    return Object.fromEntries(
      [...this.#sums].filter(([, { count }]) => count > 0).map(([name, { sum, count }]) => [name, sum / count]),
    );
  }
}

function refuseNonFinite(perRow: readonly number[], rows: readonly PreparedRow[], request: StepRequest): void {
  const bad = rows.filter((_, i) => !Number.isFinite(perRow[i]));
  if (bad.length > 0) throw diverged('a loss that is not a number', bad, request);
}

function diverged(got: string, rows: readonly PreparedRow[], { step, options }: StepRequest): AttuneError {
  return new AttuneError('E_DIVERGED', {
    what: `Training diverged at step ${step + 1}; the weights before it are those of the last checkpoint`,
    got,
    problems: rows.map((row) => ({ ...row.source, message: `a row of ${tokensOf(row)} tokens in this step` })),
    fix: `train again with a lower learning rate (it was ${formatNumber(options.learningRate, 2)} at this step), or look at the rows named above`,
  });
}
