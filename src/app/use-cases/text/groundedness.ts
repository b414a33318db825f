import { formatNumber, formatPercent, formatPercentRange, formatSignedPercent, plural } from '../../../base/format.ts';
import type { GroundedFigures, GroundednessResults, GroundedSystem } from '../../../store/groundedness.ts';
import { formatTable, tableWidth, type Column } from '../../terminal/table.ts';
import type { Terminal } from '../../terminal/terminal.ts';

const COLUMNS: readonly Column[] = [
  { title: 'model', isName: true },
  { title: 'made up', isNumeric: true },
  { title: 'answered though silent', isNumeric: true },
  { title: 'abstained though told', isNumeric: true },
  { title: 'wrong quotes', isNumeric: true },
  { title: 'risk/coverage', isNumeric: true },
  { title: 'calibration error', isNumeric: true },
];

/** A row for every system; intervals of the first figure, the others' are in the report. */
export function describeGroundedness({ systems, rows, by, notes }: GroundednessResults, terminal: Terminal): string {
  const { colours } = terminal;
  const judge = 'judge' in by ? by.judge : `a classifier, right in ${formatPercent(by.accuracy)} of held-out sentences`;
  return [
    colours.dim(`${plural(rows, 'questions')}; whether a source carries an answer is decided by ${judge}`),
    formatTable(COLUMNS, systems.map(row), colours, tableWidth(terminal)),
    ...changeOf(systems[0]),
    ...notes.map((note) => colours.dim(note)),
  ].join('\n');
}

function row(system: GroundedSystem): string[] {
  const { name, hallucinated, answeredThoughSilent, abstainedThoughTold, citations, riskCoverage, calibration } =
    system;
  return [
    name,
    share(hallucinated),
    share(answeredThoughSilent),
    share(abstainedThoughTold),
    citations.quotes === 0 ? '–' : `${citations.wrong} of ${citations.quotes}`,
    riskCoverage === undefined ? '–' : formatNumber(riskCoverage.area.estimate, 3),
    calibration === undefined ? '–' : formatNumber(calibration.error.estimate, 3),
  ];
}

function share(figures: GroundedFigures): string {
  if (figures === undefined) return '–';
  const { value, low, high } = figures.after;
  return `${formatPercent(value)} (${formatPercentRange(low!, high!)})`;
}

function changeOf({ hallucinated: { difference } }: GroundedSystem): string[] {
  if (difference === undefined) return [];
  const { value, low, high } = difference;
  return [`made up, against before: ${formatSignedPercent(value)}, 95 % interval ${formatPercentRange(low!, high!)}`];
}
