import { formatCount, formatNumber, formatSigned, plural } from '../../../base/format.ts';
import { surestEffects, type Effect } from '../../../evaluation/fairness/surest-effects.ts';
import type {
  CounterfactualAxis,
  CounterfactualResults,
  CounterfactualSystem,
  FlippedPair,
  GroupDifference,
} from '../../../store/counterfactuals.ts';
import { formatTable } from '../../terminal/table.ts';
import type { Colours, Terminal } from '../../terminal/terminal.ts';

const SHOWN_PAIRS = 3;
const SHOWN_CHARACTERS = 100;
/** Groups whose difference is not sure are shown as far as there is room. */
const MOST_EFFECTS = 12;

/** How answers change with a group, for people. */
export function describeCounterfactuals(results: CounterfactualResults, { colours }: Terminal): string {
  const { systems, leftOut, available, pairs, skipped } = results;
  const notes = [
    ...(available === undefined ? [] : [`a sample of ${formatCount(pairs)} of ${plural(available, 'pairs')}`]),
    ...(leftOut === undefined ? [] : [`${plural(leftOut.pairs, 'pairs')} left out: ${leftOut.reason}`]),
    ...skipped.map(({ name, reason }) => `${name} left out: ${reason}`),
    'groups are inferred from words and names; nobody’s actual group is known',
  ];
  return [
    flipTable(results, colours),
    ...systems.map((system) => describeSystem(system, results, colours)).filter((part) => part !== ''),
    notes.map((note) => colours.dim(note)).join('\n'),
  ].join('\n\n');
}

function flipTable({ systems }: CounterfactualResults, colours: Colours): string {
  const rows = systems.flatMap(({ title, axes }) =>
    axes.map(({ axis, pairs, flips, against }) => [
      title,
      axis,
      formatCount(pairs),
      formatCount(flips.pairs),
      formatNumber(flips.rate, 3),
      `${formatNumber(flips.low, 3)} to ${formatNumber(flips.high, 3)}`,
      against === undefined ? '' : `${formatSigned(against.estimate)}${mark(against)}`,
    ]),
  );
  const numeric = ['pairs', 'flipped', 'rate'].map((title) => ({ title, isNumeric: true }));
  const last = systems.length > 1 ? 'fewer by' : '';
  return formatTable(
    [{ title: 'answers that change' }, { title: 'with' }, ...numeric, { title: '95 % interval' }, { title: last }],
    rows,
    colours,
  );
}

function describeSystem(system: CounterfactualSystem, results: CounterfactualResults, colours: Colours): string {
  const { title, axes } = system;
  const rows = surestEffects(system, results);
  const shown = rows.slice(0, MOST_EFFECTS);
  const more = rows.length - shown.length;
  const examples = axes.flatMap((axis) => describeExamples(axis, colours));
  if (shown.length === 0 && examples.length === 0) return '';
  return [
    ...(results.systems.length > 1 ? [colours.bold(title)] : []),
    ...(shown.length === 0 ? [] : [effectTable(shown, colours)]),
    ...(more > 0 ? [colours.dim(`and ${more} more, none surer: --json lists all`)] : []),
    ...examples,
  ].join('\n');
}

function effectTable(effects: readonly Effect[], colours: Colours): string {
  const numeric = ['pairs', 'value', 'other', 'difference'].map((title) => ({ title, isNumeric: true }));
  const rows = effects.map(({ who, what, pairs, one }) => [
    who,
    what,
    formatCount(pairs),
    formatNumber(one.value, 3),
    formatNumber(one.other, 3),
    formatSigned(one.estimate),
    one.low === undefined || one.high === undefined ? '' : `${formatSigned(one.low)} to ${formatSigned(one.high)}`,
    `${formatNumber(one.pAdjusted, 2)}${mark(one)}`,
  ]);
  return formatTable(
    [{ title: 'group' }, { title: 'of' }, ...numeric, { title: '95 % interval' }, { title: 'p (Holm)' }],
    rows,
    colours,
  );
}

function describeExamples({ examples }: CounterfactualAxis, colours: Colours): string[] {
  return examples.slice(0, SHOWN_PAIRS).map((pair) => describePair(pair, colours));
}

function describePair({ original, changed }: FlippedPair, { dim, cyan }: Colours): string {
  const side = ({ text, answer }: FlippedPair['original']): string =>
    `  ${dim(brief(text))} ${dim('→')} ${cyan(brief(answer))}`;
  return `${side(original)}\n${side(changed)}`;
}

function brief(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > SHOWN_CHARACTERS ? `${line.slice(0, SHOWN_CHARACTERS)}…` : line;
}

const mark = ({ verdict }: GroupDifference): string => (verdict === 'no-evidence' ? '' : ' *');
