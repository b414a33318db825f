import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ComparisonFinished, RunEvent, StepFinished } from '../../../../src/base/events.ts';
import { createProgress } from '../../../../src/app/terminal/progress/index.ts';
import { RESET } from '../../../../src/app/terminal/control-characters.ts';
import { cutToWidth } from '../../../../src/app/terminal/progress/live-line.ts';
import { createTerminal } from '../../../../src/app/terminal/terminal.ts';

function view(isTTY: boolean, columns = 80) {
  let text = '';
  const stream = { isTTY, columns, write: (part: string) => void (text += part) };
  const progress = createProgress(createTerminal(stream, { NO_COLOR: '1' }));
  return { show: progress.show, close: progress.close, text: () => text };
}

/** What a terminal shows: a carriage return followed by "erase line" removes the line. */
function screen(text: string): string[] {
  return text.split('\n').map((line) => line.split('\r\u001B[2K').at(-1)!);
}

function step(number: number, more: Partial<StepFinished> = {}): StepFinished {
  return {
    type: 'step-finished',
    step: number,
    steps: 40,
    epoch: number / 20,
    loss: 1.23456,
    grad_norm: 1,
    learning_rate: 1e-4,
    inputTokens: number * 100,
    lossTokens: number * 50,
    tokensPerSecond: 640,
    secondsLeft: 125,
    memoryBytes: 3 * 1024 ** 3,
    metrics: {},
    ...more,
  };
}

const train: RunEvent = { type: 'phase-started', phase: 'train', message: 'training for 40 steps' };
const finished: RunEvent = {
  type: 'run-finished',
  step: 40,
  choice: { step: 40, reason: 'last-step' },
  result: 'runs/x/adapter',
  metrics: { eval_loss: 1.1 },
  seconds: 200,
};

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

describe('progress without a terminal', () => {
  it('is plain lines, one every ten seconds', () => {
    const { show, text } = view(false);
    show(train);
    for (let number = 1; number <= 30; number++) {
      show(step(number));
      vi.advanceTimersByTime(1000);
    }
    const lines = text().trimEnd().split('\n');
    expect(lines.map((line) => /step +(\d+)/.exec(line)?.[1] ?? '–')).toEqual(['–', '11', '21']);
    expect(text()).not.toContain('\r');
    expect(text()).not.toContain('\u001B');
  });

  it('always shows the last step', () => {
    const { show, text } = view(false);
    show(train);
    show(step(39));
    show(step(40));
    expect(text()).toMatch(/step 40\/40 · loss 1\.235 · 2 min 05 s left · 640 tokens\/s · 3 GiB\n$/);
  });

  it('shows memory beside the limit as the recipe says it', () => {
    const { show, text } = view(false);
    const sizes = { peakBytes: 2 ** 29, availableBytes: 2 ** 34, diskBytes: 2 ** 20, freeDiskBytes: 2 ** 35 };
    const times = { secondsPerStep: 0.5, totalSeconds: 20, steps: 40 };
    show({ type: 'phase-started', phase: 'preflight', message: 'trying the longest batch' });
    show({ type: 'preflight-finished', ...sizes, ...times, maxMemory: '800MB' });
    show(train);
    expect(text()).toContain('memory 512 MiB of max_memory 800MB');
  });

  it('tells what data and preflight found, warnings with their rows, and the end', () => {
    const { show, text } = view(false);
    show({ type: 'phase-started', phase: 'preflight', message: 'trying the longest batch' });
    show({
      type: 'preflight-finished',
      peakBytes: 2 ** 30,
      availableBytes: 2 ** 34,
      diskBytes: 2 ** 20,
      freeDiskBytes: 2 ** 35,
      secondsPerStep: 0.5,
      totalSeconds: 20,
      steps: 40,
    });
    show(train);
    show({
      type: 'warning-raised',
      code: 'W_ROWS_CUT',
      message: '1 row was cut',
      problems: [{ file: 'a.jsonl', line: 3, message: 'cut' }],
    });
    show(finished);
    expect(text()).toContain('✓ preflight memory 1 GiB of 16 GiB · disk 1 MiB of 32 GiB · 40 steps in about 20 s');
    expect(text()).toContain('! warning   1 row was cut W_ROWS_CUT');
    expect(text()).toContain('a.jsonl:3: cut');
    expect(text()).toMatch(/✓ done +runs\/x\/adapter\n$/);
  });
});

describe('the outcome of a comparison', () => {
  const figures = {
    type: 'comparison-finished',
    split: 'test',
    rows: 9,
    metric: 'accuracy',
    verdict: 'no-evidence',
  } as const;
  const shown = (more: Partial<ComparisonFinished>) => {
    const { show, text } = view(false);
    show({ ...figures, sentence: 'accuracy 0.9', ...more });
    return text().trim();
  };

  it('begins with the recommendation where there is one, even if it is not certain', () => {
    const advice = 'Use trees: they find 4 of 4. That is not certain yet.';
    expect(shown({ outcome: 'unclear', advice, use: 'trees' })).toBe(advice);
    expect(shown({ outcome: 'unclear', advice: 'Nothing shows it.' })).toBe('Cannot tell yet. Nothing shows it.');
    expect(shown({ outcome: 'not-better', advice, use: 'trees' })).toBe(`Not better. ${advice}`);
    expect(shown({})).toBe('accuracy 0.9');
  });
});

describe('progress on a terminal', () => {
  it('is one line rewritten in place; what lasts stands above it', () => {
    const { show, close, text } = view(true);
    show(train);
    for (let number = 1; number <= 20; number++) {
      show(step(number));
      vi.advanceTimersByTime(150);
    }
    show({ type: 'checkpoint-saved', step: 20, folder: 'runs/x/checkpoints/step-20', bytes: 12_000_000 });
    show(step(21));
    const shown = screen(text());
    expect(shown).toHaveLength(2);
    expect(shown[0]).toContain('checkpoint of step 20: runs/x/checkpoints/step-20 (11.4 MiB)');
    expect(shown[1]).toMatch(/step 21\/40/);
    close();
  });

  it('never wraps', () => {
    const { show, text } = view(true, 44);
    show(train);
    vi.advanceTimersByTime(200);
    show(step(7));
    expect(Math.max(...screen(text()).map((line) => line.length))).toBeLessThan(44);
  });

  it('closes a phase with a tick and its duration', () => {
    const { show, text } = view(true);
    show({ type: 'phase-started', phase: 'data', message: 'reading tickets.jsonl' });
    vi.advanceTimersByTime(1500);
    show(train);
    expect(screen(text())[0]).toBe('✓ data      reading tickets.jsonl (1.5 s)');
  });

  it('marks a failed phase as failed', () => {
    const { show, text } = view(true);
    show(train);
    show({ type: 'run-failed', step: 3, error: {} });
    expect(screen(text())[0]).toMatch(/^✗ train/);
  });
});

it('a line is cut at visible characters, colours not counted', () => {
  const red = '\u001B[31mabcdef\u001B[39m';
  expect(cutToWidth(red, 3)).toBe(`\u001B[31mabc${RESET}`);
  expect(cutToWidth('abc', 3)).toBe('abc');
});
