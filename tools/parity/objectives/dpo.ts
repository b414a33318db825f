// P pairs
import { method } from '../../../src/training/objectives/dpo.options.ts';
import { create, type PairRow } from '../../../src/training/objectives/dpo.ts';
import {
  pairLoss,
  type PairLossName,
  type PairLossOptions,
} from '../../../src/training/objectives/preference-losses.ts';
import { sharedPromptRow } from '../../../src/answering/tasks/rows/shared-prompt.ts';
import { noGrad, ones, zeros } from '../../../src/engine/tensor/index.ts';
import type { DpoOptions } from '../../../src/training/objectives/dpo.options.ts';
import type { Processor } from '../../../src/training/objective.ts';
import { bigramModel } from './bigram.ts';
import {
  input,
  leaf,
  type CaseResult,
  type CaseRunner,
  type Group,
  type OtherVersion,
  type ReferenceCase,
} from './group.ts';

interface LogProbsCase {
  loss_type: string;
  beta: number;
  label_smoothing: number;
  f_divergence: PairLossOptions['divergence'];
  alpha: number | null;
  reference_free: boolean;
  discopop_tau: number;
}

/** The older version differs here; `dpo_tokens_trl19` has the case for the newer one. */
function otherVersion({ loss_type: loss, f_divergence: divergence }: LogProbsCase): OtherVersion | undefined {
  if (loss === 'bco_pair') return { skipped: 'TRL 0.23 subtracts a running mean, 1.9 nothing' };
  if (divergence === 'reverse_kl') return undefined;
  return { skipped: `TRL 0.23 has another formula of ${divergence}` };
}

/** Losses from given log-probabilities of sequences: one token each, so that averages over tokens change nothing. */
export const runDpoLogProbs: CaseRunner = (group, name): CaseResult | OtherVersion => {
  const given = group.cases[name] as unknown as LogProbsCase;
  const other = otherVersion(given);
  if (other !== undefined) return other;
  const [chosen, rejected] = ['policy_chosen_logps', 'policy_rejected_logps'].map((key) => leaf(group, key));
  const reference = (key: string) => (given.reference_free ? zeros(chosen.shape) : input(group.inputs, key));
  const logProbs = {
    chosen,
    rejected,
    refChosen: reference('ref_chosen_logps'),
    refRejected: reference('ref_rejected_logps'),
  };
  const one = ones(chosen.shape);
  // The name differs in TRL 1.9.
  const loss = (given.loss_type === 'aot_pair' ? 'aot_unpaired' : given.loss_type) as PairLossName;
  const losses = pairLoss(
    loss,
    { ...logProbs, chosenTokens: one, rejectedTokens: one },
    {
      beta: given.beta,
      labelSmoothing: given.label_smoothing,
      divergence: given.f_divergence,
      alpha: given.alpha ?? 0.5,
      discopopTau: given.discopop_tau,
    },
  );
  const mean = losses.mean();
  return {
    loss: mean,
    numbers: { losses },
    tensors: () => ({ policy_chosen_logps: chosen.grad, policy_rejected_logps: rejected.grad }),
  };
};

/** The whole objective on a bigram model, from rows to the gradient of the table. */
export const runDpoTokens: CaseRunner = (group, name) => {
  const given = group.cases[name] as ReferenceCase & { beta: number };
  const { loss_types: types, loss_weights: weights, ...rest } = given.options as Record<string, unknown>;
  return runObjective(group, given, { ...rest, loss_type: types, loss_weights: weights });
};

/** The same values from the older version, for the cases in which it agrees. */
export const runDpoTokens023: CaseRunner = (group, name) => {
  const given = group.cases[name] as ReferenceCase & { beta: number };
  const options = given.options as Record<string, unknown>;
  if (options.use_weighting === true) return { skipped: 'TRL 0.23 weighs by tokens that are off by one' };
  if (typeof options.ld_alpha === 'number') return { skipped: 'TRL 0.23 counts tokens from the start of the sequence' };
  if ((options.loss_type as string[]).includes('bco_pair'))
    return { skipped: 'TRL 0.23 subtracts a running mean, 1.9 nothing' };
  const result = runObjective(group, given, options);
  // Its rewards use averages over tokens.
  return (options.loss_type as string[]).includes('ipo') ? { ...result, numbers: {} } : result;
};

function runObjective(
  group: Group,
  given: ReferenceCase & { beta: number },
  written: Record<string, unknown>,
): CaseResult {
  const options = method.settle({ ...written, beta: given.beta }) as DpoOptions;
  const objective = create(options, processor);
  const table = leaf(group, 'table');
  const reference = bigramModel(input(group.inputs, 'ref_table'));
  const rows = pairRows(group);
  const result = objective.loss(bigramModel(table), objective.collate(rows), {
    totals: objective.counts({ rows }),
    reference: (body) => noGrad(() => body(reference)),
  });
  const { metrics = {} } = given;
  const known = Object.entries(result.tally).filter(([name]) => name in metrics);
  return {
    loss: result.perRow.sum(),
    numbers: Object.fromEntries(known.map(([name, { sum, count }]) => [name, sum.div(count)])),
    tensors: () => ({ table_grad: table.grad }),
  };
}

// The rows are built here.
const processor = { tokenizer: {}, now: new Date(0) } as unknown as Processor;

function pairRows({ inputs }: Group): PairRow[] {
  const [ids, seen, trained] = ['input_ids', 'attention_mask', 'completion_mask'].map((name) => {
    const padded = input(inputs, `flat.${name}`);
    const [rows, width] = padded.shape;
    const values = padded.toNumbers();
    return Array.from({ length: rows }, (_, row) => values.slice(row * width, (row + 1) * width));
  });
  const rendered = ids.map((row, r) => {
    const places = [...row.keys()].filter((place) => seen[r][place] === 1);
    const pick = (values: readonly number[]) => places.map((place) => values[place]);
    return { ids: Int32Array.from(pick(row)), trained: Uint8Array.from(pick(trained[r])), pieces: [] };
  });
  const pairs = rendered.length / 2;
  return Array.from({ length: pairs }, (_, pair) =>
    sharedPromptRow({ id: `000000000000000${pair}`, source: { file: 'flat', line: pair + 1 } }, [
      rendered[pair],
      rendered[pairs + pair],
    ]),
  );
}
