import { AttuneError } from '../../base/errors.ts';
import { formatCount } from '../../base/format.ts';
import { pushAll } from '../../base/many.ts';
import { turn } from '../../base/turn.ts';
import { ExplainedVariance, type CountedTokens, type ExplainedStart } from './eva.ts';
import type { LoraOptions } from './lora.options.ts';
import type { Model } from '../../models/model.ts';
import { noGrad, scope } from '../../engine/tensor/index.ts';
import type { PassedRows } from '../interfaces.ts';
import type { TokenRow } from '../../data/cut-row.ts';

/** Minimum tokens of a pass; more if more directions are needed. */
const PASS_TOKENS = 256;
/** Directions converge in far fewer passes. */
const MOST_PASSES = 32;

/**
 * EVA's initialisation of LoRA: runs training rows, spread over the whole set, through the base model. Deterministic,
 * so that a resumed run gets the same. @throws AttuneError E_START_UNSUPPORTED
 */
export async function explainedStart(
  options: LoraOptions,
  model: Model,
  passed: PassedRows | undefined,
): Promise<ExplainedStart> {
  if (passed === undefined) throw new Error('eva needs training rows to run through the model');
  const { rows, emit, signal } = passed;
  if (passed.private !== undefined) throw unprivate(passed.private);
  emit({
    type: 'phase-started',
    phase: 'engine',
    message: 'computing the directions of layer inputs on training rows (eva)',
  });
  const explained = new ExplainedVariance(model, options);
  try {
    for (const some of passes(rows, Math.max(PASS_TOKENS, explained.most))) {
      signal.throwIfAborted();
      const input = await passed.inputOf(some);
      const pass = () => noGrad(() => scope(() => void model.hidden(input())));
      explained.watch(pass, countedOf(some));
      if (explained.isSettled) break;
      await turn();
    }
    const start = explained.take();
    if (start.starts.size === 0) throw tooFew(rows, options);
    return start;
  } finally {
    explained.dispose();
  }
}

/** Number of trained tokens of a row, as in PEFT; all tokens if none is trained. */
function weightOf({ trained }: TokenRow): number {
  const count = trained.reduce((sum, one) => sum + one, 0);
  return count === 0 ? trained.length : count;
}

/** Groups of rows, evenly spread, with at least `least` tokens each; the remainder joins the last group. */
function passes(rows: readonly TokenRow[], least: number): TokenRow[][] {
  const total = rows.reduce((sum, row) => sum + weightOf(row), 0);
  const stride = Math.max(1, Math.floor(total / (least * MOST_PASSES)));
  const groups: TokenRow[][] = [[]];
  let tokens = 0;
  for (const [i, row] of rows.entries()) {
    if (i % stride !== 0) continue;
    if (tokens >= least) {
      groups.push([]);
      tokens = 0;
    }
    groups.at(-1)!.push(row);
    tokens += weightOf(row);
  }
  if (tokens < least && groups.length > 1) {
    const last = groups.pop()!;
    pushAll(groups.at(-1)!, last);
  }
  return groups;
}

function countedOf(rows: readonly TokenRow[]): CountedTokens | undefined {
  const flags = rows.flatMap(({ trained }) => [...trained]);
  const places = flags.flatMap((flag, place) => (flag === 1 ? [BigInt(place)] : []));
  return places.length === 0 ? undefined : { places: BigInt64Array.from(places), of: flags.length };
}

/** The adapter would reveal the rows, whatever noise private steps add. */
function unprivate(optimizer: string): AttuneError {
  return new AttuneError('E_START_UNSUPPORTED', {
    what:
      `init_lora_weights eva reads the training rows directly, but optimizer ${optimizer} limits what ` +
      'may be learnt from each row',
    fix: 'set tuning.init_lora_weights to true',
  });
}

function tooFew(rows: readonly TokenRow[], { r, eva_rho: rho }: LoraOptions): AttuneError {
  const tokens = rows.reduce((sum, row) => sum + weightOf(row), 0);
  return new AttuneError('E_START_UNSUPPORTED', {
    what: 'init_lora_weights eva finds directions in the inputs of layers, and the training rows have too few tokens',
    got: `${formatCount(tokens)} tokens in the training rows`,
    expected: `at least ${formatCount(Math.round(r * rho))}: tuning.r × tuning.eva_rho`,
    fix: 'lower tuning.r, or set tuning.init_lora_weights to true',
  });
}
