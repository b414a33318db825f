import { describeProblem, shortList } from '../../../base/errors.ts';
import type {
  EventSink,
  PhaseStarted,
  RunEvent,
  StampedEvent,
  StepFinished,
  WarningRaised,
} from '../../../base/events.ts';
import { formatBytes, formatDuration, plural } from '../../../base/format.ts';
import type { Terminal } from '../terminal.ts';
import { shortPath } from '../short-path.ts';
import {
  describeData,
  describeEvaluation,
  describeForgetting,
  describePreflight,
  describeProfile,
  describeSettled,
  describeStep,
  describeTrials,
  describeOutcome,
  describeWork,
  watchedFigure,
} from './describe-events.ts';
import { LiveLine } from './live-line.ts';

const LABEL_WIDTH = 10;
const MAX_WARNING_PROBLEMS = 5;

export interface Progress {
  show: EventSink;
  /** `isDone`: marks the open phase as completed. */
  close(isDone?: boolean): void;
}

/** Shows a run's events: one line per phase, a live line within it, and notices in between. */
export function createProgress(terminal: Terminal): Progress {
  return new ProgressView(terminal);
}

interface OpenPhase {
  phase: PhaseStarted['phase'];
  message: string;
  startedAt: number;
  /** Result of the phase, for its last line. */
  outcome?: string;
}

class ProgressView implements Progress {
  readonly #terminal: Terminal;
  readonly #live: LiveLine;
  #open: OpenPhase | undefined;
  /** Time of the current event, from the log: the report and `runs show` use the same times. */
  #now = 0;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
    this.#live = new LiveLine(terminal);
  }

  readonly show = (event: RunEvent): void => {
    this.#now = (event as Partial<StampedEvent>).at ?? now();
    this.#show(event);
  };

  #show(event: RunEvent): void {
    const { colours, isTTY } = this.#terminal;
    switch (event.type) {
      case 'run-started':
        return this.#remark(`run ${colours.bold(event.run)} in ${shortPath(event.folder)}`);
      case 'phase-started':
        return this.#openPhase(event);
      case 'work-advanced':
        return this.#liveUpdate(event.phase, describeWork(event, colours, isTTY), false);
      case 'step-finished':
        return this.#step(event);
      case 'data-prepared':
        return this.#conclude(describeData(event, colours));
      case 'training-settled':
        return this.#settled(describeSettled(event));
      case 'rates-tried':
        return this.#conclude(describeTrials(event));
      case 'preflight-finished':
        return this.#conclude(describePreflight(event, colours));
      case 'profile-finished':
        return this.#remark(describeProfile({ ...event, path: shortPath(event.path) }, colours));
      case 'evaluation-finished':
        return this.#remark(describeEvaluation(event, colours));
      case 'comparison-finished':
        return this.#remark(describeOutcome(event, colours));
      case 'forgetting-measured':
        for (const line of describeForgetting(event, colours)) this.#remark(line);
        return;
      case 'checkpoint-saved':
        return this.#remark(
          `checkpoint of step ${event.step}: ${shortPath(event.folder)} (${formatBytes(event.bytes)})`,
        );
      default:
        return this.#showTurn(event);
    }
  }

  readonly close = (isDone = false): void => {
    this.#now = now();
    if (this.#open === undefined) return this.#live.clear();
    this.#closePhase(isDone ? this.#terminal.colours.green('✓') : '·');
  };

  /** Events that end, interrupt or disturb a run. */
  #showTurn(event: Exclude<RunEvent, { type: 'phase-started' }>): void {
    const { colours } = this.#terminal;
    if (event.type === 'warning-raised') this.#warn(event);
    if (event.type === 'run-queued' && event.runsAhead > 0)
      this.#remark(`waiting for ${plural(event.runsAhead, 'runs')} to end`);
    if (event.type === 'run-resumed') this.#remark(`resumed after step ${event.step} from ${shortPath(event.from)}`);
    if (event.type === 'run-stopped')
      this.#finish(colours.yellow('■'), 'stopped', `after step ${event.step}: ${event.reason}`);
    if (event.type === 'run-failed') this.#finish(colours.red('✗'), 'failed', `after step ${event.step}`);
    if (event.type !== 'run-finished') return;
    this.#finish(colours.green('✓'), 'done', shortPath(event.result));
  }

  #openPhase({ phase, message }: PhaseStarted): void {
    if (this.#open !== undefined) this.#closePhase(this.#terminal.colours.green('✓'));
    this.#open = { phase, message, startedAt: this.#now };
    const text = this.#labelled('·', phase, message);
    if (this.#terminal.isTTY) this.#live.update(text);
    else this.#live.print(text);
  }

  #closePhase(mark: string): void {
    const { phase, message, startedAt, outcome } = this.#open!;
    this.#open = undefined;
    this.#live.clear();
    const seconds = formatDuration((this.#now - startedAt) / 1000);
    if (!this.#terminal.isTTY && outcome === undefined) return;
    this.#live.print(
      `${this.#labelled(mark, phase, outcome ?? message)} ${this.#terminal.colours.dim(`(${seconds})`)}`,
    );
  }

  #conclude(outcome: string): void {
    if (this.#open !== undefined) this.#open.outcome = outcome;
  }

  #finish(mark: string, label: string, text: string): void {
    if (this.#open !== undefined) this.#closePhase(mark);
    this.#live.print(this.#labelled(mark, label, text));
  }

  #liveUpdate(phase: PhaseStarted['phase'], text: string, isLast: boolean): void {
    this.#live.update(this.#labelled(this.#terminal.colours.cyan('·'), phase, text), isLast);
  }

  #step(event: StepFinished): void {
    const { colours, isTTY } = this.#terminal;
    this.#conclude(`${event.step} of ${event.steps} steps, ${watchedFigure(event).join(' of the last ')}`);
    this.#liveUpdate('train', describeStep(event, colours, isTTY), event.step === event.steps);
  }

  #remark(text: string): void {
    this.#live.print(`  ${' '.repeat(LABEL_WIDTH)}${text}`);
  }

  #settled(text: string | undefined): void {
    if (text !== undefined) this.#remark(text);
  }

  #warn({ code, message, problems = [], problemCount }: WarningRaised): void {
    const { yellow, dim } = this.#terminal.colours;
    this.#live.print(`${this.#labelled(yellow('!'), 'warning', message)} ${dim(code)}`);
    const { shown, more } = shortList(problems, MAX_WARNING_PROBLEMS, problemCount);
    for (const problem of shown) this.#remark(dim(describeProblem(problem)));
    if (more !== undefined) this.#remark(dim(more));
  }

  #labelled(mark: string, label: string, text: string): string {
    return `${mark} ${this.#terminal.colours.bold(label.padEnd(LABEL_WIDTH))}${text}`;
  }
}

function now(): number {
  return performance.timeOrigin + performance.now();
}
