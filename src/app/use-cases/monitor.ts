import { feedbackText, figuresLegend, signalFigures } from '../monitor/signal-figures.ts';
import { formatEstimate, formatTime, plural } from '../../base/format.ts';
import { shortPath } from '../terminal/short-path.ts';
import { formatTable, tableWidth } from '../terminal/format-table.ts';
import { wrap, type Terminal } from '../terminal/terminal.ts';
import { defineUseCase } from './use-case.ts';
import type { VersionReport } from '../../monitoring/index.ts';

export interface Monitored {
  /** Newest version of each model first. */
  versions: VersionReport[];
  page?: string;
  prometheusRules?: string;
}

export const useCase = defineUseCase({
  section: 'Use',
  summary: "show statistics of served models' answers, and changes",
  arguments: ({ optionalArgument }) => [
    optionalArgument('target', 'MODEL', 'its name, or the URL of a server (default: all models of this machine)'),
  ],
  options: ({ text }) => ({
    page: text('FILE', 'write an HTML page with charts'),
    prometheusRules: text('FILE', 'write alerting rules for Prometheus'),
    silence: text('SIGNAL', 'stop notifications of an open alarm'),
    reason: text('TEXT', 'reason for silencing it'),
    keyVariable: text('NAME', "environment variable with the server's key (default: ATTUNE_API_KEY)"),
  }),
  effects: ['writes-files', 'writes-registry'],
  examples: ['monitor', 'monitor tickets --page tickets.html', 'monitor https://models.example.com'],
  async run({ target, ...options }): Promise<Monitored> {
    const { monitorModel } = await import('../monitor/monitor.ts');
    return monitorModel(target, options);
  },
  render({ versions, page, prometheusRules }, terminal) {
    const written = [page, prometheusRules].filter((file) => file !== undefined).map((file) => shortPath(file));
    if (versions.length === 0)
      return `Nothing has been served yet. Start with ${terminal.colours.cyan('attune serve MODEL')}`;
    const legend = versions.some(({ signals }) => signals.length > 0)
      ? [terminal.colours.dim(wrap(figuresLegend, terminal.columns).join('\n'))]
      : [];
    return [...versions.map((one) => versionText(one, terminal)), ...legend, written.join('\n')]
      .filter((part) => part !== '')
      .join('\n\n');
  },
});

function versionText(report: VersionReport, terminal: Terminal): string {
  const { colours } = terminal;
  const { model, version, answers, first, last, missing, alarms, signals } = report;
  const name = version.startsWith(`${model}@`) ? version : `${model} ${version}`;
  const span = `${formatTime(first)} to ${formatTime(last)}`;
  const head = `${colours.bold(name)}  ${plural(answers, 'answers')}, ${span}`;
  const wait = missing > 0 ? [colours.dim(`signals are tested after ${plural(missing, 'further answers')}`)] : [];
  const told = alarms
    .filter(({ resolvedAt }) => resolvedAt === undefined)
    .flatMap((group) => alarmLines(group, terminal));
  return [
    head,
    ...wait,
    ...peopleText(report),
    ...told,
    ...(signals.length > 0 ? [signalTable(report, terminal)] : []),
  ].join('\n');
}

function alarmLines(group: VersionReport['alarms'][number], { colours }: Terminal): string[] {
  const { id, signals, message, cause, action, silenced, alarms, samples } = group;
  const advice = silenced === undefined ? action : `Silenced: ${silenced}`;
  return [
    `${silenced === undefined ? colours.red('▲') : colours.dim('△')} ${message}`,
    ...(alarms.length > 1 ? alarms.map((one) => `  ${one.message}`) : []),
    colours.dim(`  ${signals.join(', ')} · likely cause: ${cause}. ${advice}`),
    ...(samples.length > 0 ? [colours.dim(`  Examples: attune answers list --alarm ${id}`)] : []),
  ];
}

function peopleText({ expected, seen, feedback }: VersionReport): string[] {
  const note = expected?.calibratedOn === 0 ? ', confidences not calibrated' : '';
  const lines = [
    expected && `expected right ${formatEstimate(expected)}${note}`,
    seen && `right by labels ${formatEstimate(seen)}, ${plural(seen.judged, 'labels')}`,
    feedbackText(feedback),
  ];
  return lines.filter((line) => line !== undefined);
}

function signalTable({ signals }: VersionReport, terminal: Terminal): string {
  const { colours } = terminal;
  const rows = signals.map((signal) => {
    const { before, now, change, evidence } = signalFigures(signal);
    return [`${signal.isAlarm ? '▲' : ' '} ${signal.title}`, before, now, change, evidence];
  });
  const columns = [
    { title: 'measured' },
    { title: 'before', isNumeric: true },
    { title: 'now', isNumeric: true },
    { title: 'change in points', isNumeric: true },
    { title: 'evidence', isNumeric: true },
  ];
  return formatTable(columns, rows, colours, tableWidth(terminal));
}
