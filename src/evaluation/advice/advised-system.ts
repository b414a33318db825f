import { entryOf } from '../../base/table.ts';
import { formatCount, formatNumber } from '../../base/format.ts';
import { greatest } from '../../base/many.ts';
import type { ComparedSystem, Comparison, Difference, SystemKind, Verdict } from '../../store/results.ts';
import { askingWayNames } from '../../store/asking-ways.ts';
import { CONSTANTS } from '../compare/unable.ts';
import { cheapModelName, isCheapModel } from '../../answering/baselines/cheap-names.ts';
import type { LearningCurve } from './learning-curve.ts';

export interface Recommendation {
  /** `measure`: no model was tried. `unclear`: the test rows show no decisive difference. */
  choice: 'cheap' | 'prompting' | 'fine-tuning' | 'measure' | 'unclear';
  /** Advice, in a sentence. */
  advice: string;
  reasons: readonly string[];
  /** The recommended cheap system to keep, as a recipe names it; the best one if no model was measured. */
  keep?: string;
}

const UNTRAINED: readonly SystemKind[] = ['base', ...askingWayNames, 'endpoint'];
/** If a cheap system is this close to perfect, a model has nothing left to gain. */
const SOLVED = 0.02;

/**
 * Advice from a comparison. Its subject is the model tuned on all rows, or the best cheap system if no model was tuned.
 * `model` is the recipe's model, a cheap system or a base.
 */
export function recommend(comparison: Comparison, curve: LearningCurve, model = 'attune-base'): Recommendation {
  const { systems, subject } = comparison;
  const tuned = systems.find(({ name }) => name === subject)!;
  const decision = tuned.kind === 'tuned' ? withModel(comparison) : withoutModel(comparison, tuned, model);
  return { ...decision, reasons: [...decision.reasons, ...aboutRows(comparison, curve)] };
}

function withModel(comparison: Comparison): Recommendation {
  const cheap = decidingDifference(comparison, ['cheap']);
  const asked = decidingDifference(comparison, UNTRAINED);
  const reasons = [cheap, asked].flatMap((one) => (one === undefined ? [] : [figures(comparison, one)]));
  if (cheap === undefined && asked === undefined) {
    return {
      choice: 'unclear',
      advice: 'There was nothing to compare the tuned model with; see what was left out.',
      reasons,
    };
  }
  // Prompting may be better than tuning even if no cheap system is.
  const asksBest = asked?.verdict === 'worse' && !(cheap !== undefined && cheap.estimate <= asked.estimate);
  if (!asksBest && cheap !== undefined && cheap.verdict !== 'better') {
    const keep = cheapModelName(cheap.against);
    if (keep === undefined) {
      const advice =
        `No tuned model is shown to be better than ${titleOf(comparison, cheap.against)}, which is only ` +
        'a yardstick and cannot be used itself.';
      return { choice: 'unclear', advice, reasons };
    }
    const advice = `Use ${titleOf(comparison, cheap.against)}: no tuned model is shown to be better, and it costs almost nothing.`;
    return { choice: 'cheap', advice, reasons, keep };
  }
  if (asked?.verdict === 'worse') {
    return {
      choice: 'prompting',
      advice: `Use ${titleOf(comparison, asked.against)} instead: it is better than the tuned model.`,
      reasons,
    };
  }
  if (asked?.verdict === 'no-evidence') {
    const advice =
      'Hold out more test rows before you decide: tuning is not shown to be better or worse than prompting.';
    return { choice: 'unclear', advice, reasons };
  }
  return { choice: 'fine-tuning', advice: 'Fine-tune: it is better than anything that needs no training.', reasons };
}

/** The constant answer that no cheap system is shown to beat, if any. Not applied to generated answers. */
function unbeatenConstant({ classes, differences, metric, subject, systems }: Comparison): ComparedSystem | undefined {
  const constant = systems.find(({ name }) => CONSTANTS.has(name));
  if (constant === undefined || (constant.name === 'majority' && classes === undefined)) return undefined;
  const against = (name: string) => differences.find((one) => one.metric === metric && one.against === name);
  const isBeaten =
    constant.name === subject
      ? systems.some(({ name }) => against(name)?.verdict === 'worse')
      : against(constant.name)?.verdict === 'better';
  return isBeaten ? undefined : constant;
}

function withoutModel(comparison: Comparison, cheap: ComparedSystem, model: string): Recommendation {
  const { metric, metrics } = comparison;
  const constant = unbeatenConstant(comparison);
  if (constant !== undefined) {
    const { title } = metrics.find(({ name }) => name === metric)!;
    const value = formatNumber(entryOf(constant.values, metric).value, 3);
    return {
      choice: 'unclear',
      advice: 'No sign that the texts predict the labels: nothing beats giving every row the same answer.',
      reasons: [
        `${constant.title} has ${title} ${value}, and no cheap system is shown to have more.`,
        'Look at some rows: can a person tell the label from the text? Then label more, or measure a model: --model.',
      ],
    };
  }
  const { best, title } = metrics.find(({ name }) => name === metric)!;
  const { value } = entryOf(cheap.values, metric);
  const keep = cheapModelName(cheap.name);
  const reasons = [`${cheap.title} reaches ${title} ${formatNumber(value, 3)}, fitted in seconds.`];
  if (best !== undefined && Math.abs(best - value) <= SOLVED * Math.max(1, best)) {
    // Some baselines are for measuring only and cannot be saved.
    if (keep === undefined) {
      return {
        choice: 'unclear',
        advice: `A model can hardly do better: ${cheap.title} already solves this.`,
        reasons,
      };
    }
    return { choice: 'cheap', advice: `Use ${cheap.title}: a model can hardly do better.`, reasons, keep };
  }
  if (isCheapModel(model) && keep !== undefined) {
    const isOwn = keep === model || cheap.name === model;
    const advice = isOwn
      ? `Keep ${cheap.title}, which the recipe names: no other cheap system is clearly better.`
      : `Use ${cheap.title} instead of ${model}, which the recipe names: it has the best figures of these systems.`;
    const more = 'To find out whether a model does better, add --model, such as attune-base.';
    return { choice: 'cheap', advice, reasons: [...reasons, more], keep };
  }
  const advice = `Before choosing, try a model on these rows, for example --model ${model}.`;
  return { choice: 'measure', advice, reasons, keep };
}

const HARDEST: readonly Verdict[] = ['worse', 'no-evidence', 'better'];

/** Difference from the strongest rival of these kinds: ordered by verdict (worse, no evidence, better), then by estimate. */
function decidingDifference(comparison: Comparison, kinds: readonly SystemKind[]): Difference | undefined {
  const { differences, metric, rivals, systems } = comparison;
  const names = systems
    .filter(({ kind, name }) => kinds.includes(kind) && rivals.includes(name))
    .map(({ name }) => name);
  const found = differences.filter((one) => one.metric === metric && names.includes(one.against));
  const rank = ({ verdict }: Difference) => HARDEST.indexOf(verdict);
  return found.toSorted((a, b) => rank(a) - rank(b) || a.estimate - b.estimate)[0];
}

function figures(comparison: Comparison, { against, estimate, low, high, verdict }: Difference): string {
  const { metric, metrics, systems, confidence } = comparison;
  const value = entryOf(systems.find(({ name }) => name === against)!.values, metric).value;
  const title = metrics.find(({ name }) => name === metric)!.title;
  const words = { better: 'better', worse: 'worse', 'no-evidence': 'not shown to differ' }[verdict];
  const interval =
    low === undefined || high === undefined
      ? 'with too few rows or groups for an interval'
      : `${formatNumber(confidence * 100)} % interval ${formatNumber(low, 3)} to ${formatNumber(high, 3)}`;
  const rival = `${titleOf(comparison, against)} (${title} ${formatNumber(value, 3)})`;
  return `Against ${rival}, tuning is ${words}: difference ${formatNumber(estimate, 3)}, ${interval}.`;
}

/** Whether more training or test rows would help. */
function aboutRows(comparison: Comparison, { exponent, forecast, points, system }: LearningCurve): string[] {
  const { title } = comparison.metrics[0];
  const [twice] = forecast;
  const now = points.at(-1);
  const reasons: string[] = [];
  if (twice !== undefined && now !== undefined && exponent !== undefined) {
    // If the exponent's interval reaches 0, the curve cannot be distinguished from a flat one.
    const gains = exponent.low > 0;
    const range = `${formatNumber(twice.low, 3)} to ${formatNumber(twice.high, 3)}`;
    reasons.push(
      gains
        ? `With twice the rows (${formatCount(twice.rows)}) ${system} should reach ${title} ` +
            `${formatNumber(twice.value, 3)} (${range}), from ${formatNumber(now.value, 3)}.`
        : `It is unclear whether more rows would help ${system}: its curve may be flat.`,
    );
  }
  const smallest = detectable(comparison);
  if (smallest > 0) {
    reasons.push(
      `With ${formatCount(comparison.rows)} test rows, differences of about ${formatNumber(smallest, 2)} or more ` +
        `in ${title} can be detected; detecting half of that takes four times as many rows.`,
    );
  }
  return reasons;
}

/** The largest detectable difference over the comparisons with rivals. */
function detectable({ differences, metric, rivals }: Comparison): number {
  const relevant = differences.filter((one) => one.metric === metric && rivals.includes(one.against));
  return greatest(
    relevant.map(({ minimalDetectable }) => minimalDetectable),
    0,
  );
}

function titleOf({ systems }: Comparison, name: string): string {
  return systems.find((one) => one.name === name)?.title ?? name;
}
