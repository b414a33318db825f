import { describe, expect, it } from 'vitest';
import { recipeKeys } from '../../../src/app/recipe/index.ts';
import { AttuneError } from '../../../src/base/errors.ts';
import { parseArguments, renamedOptions } from '../../../src/cli/arguments.ts';
import { parseInvocation } from '../../../src/cli/command-names.ts';
import type { Command } from '../../../src/cli/command.ts';
import { runCommandLine } from '../../../src/cli/command-line.ts';
import { commands } from '../../../src/cli/commands.ts';
import { describeFailure, exitCodeOf } from '../../../src/cli/failure.ts';
import { commandHelp, overviewHelp } from '../../../src/cli/help.ts';
import { splitRecipeFlags } from '../../../src/cli/recipe-flags.ts';
import { createTerminal, wrap } from '../../../src/app/terminal/terminal.ts';

function capture(options: { isTTY?: boolean; columns?: number } = {}) {
  let text = '';
  const stream = { ...options, write: (part: string) => void (text += part) };
  return { stream, text: () => text };
}

/** Runs a command line without a terminal. */
async function run(...argv: string[]) {
  const [stdout, stderr] = [capture(), capture()];
  const code = await runCommandLine(argv, {
    stdin: {},
    stdout: stdout.stream,
    stderr: stderr.stream,
    env: {},
  });
  return { code, stdout: stdout.text(), stderr: stderr.text() };
}

const sample = {
  section: 'Train',
  summary: 'do something',
  arguments: [{ name: 'RECIPE', summary: 'a recipe' }],
  options: [
    { name: '--dry-run', summary: 'stop early' },
    { name: '--resume-from', value: 'STEP', summary: 'a step' },
  ],
  takesRecipe: true,
  run: async () => ({}),
} as Command;

function fixOf(action: () => unknown): string | undefined {
  try {
    action();
  } catch (error) {
    return (error as AttuneError).fix;
  }
  return expect.fail('nothing was refused');
}

describe('an option that a command cannot do without', async () => {
  const all = await Promise.all(commands.names.map(async (name) => ({ name, command: await commands.load(name) })));
  const needing = all.filter(({ command }) => command.options?.some(({ required }) => required === true));

  it.each(needing)('stands in the usage of $name, and is asked for by name', async ({ name, command }) => {
    const needed = command.options!.filter(({ required }) => required === true).map((option) => option.name);
    const usage = /Usage .*/.exec((await run(...name.split(' '), '--help')).stdout)?.[0] ?? '';
    const places = (command.arguments ?? []).map(({ name: place }) => place);
    const { code, stderr } = await run(...name.split(' '), ...places);
    expect([code, stderr]).toEqual([1, expect.stringContaining('E_USAGE')]);
    for (const option of needed) {
      expect(usage).toContain(`${option} `);
      expect(stderr).toContain(option);
    }
  });

  it('of recommend is --input', async () => {
    expect((await run('recommend', '--help')).stdout).toContain('Usage  attune recommend MODEL --input FILE');
  });
});

describe('a command line', () => {
  const names = ['init', 'train', 'runs list', 'runs show'];

  it('has its verb first, of one word or two', () => {
    expect(parseInvocation(['train', 'r.yaml'], names)).toMatchObject({ name: 'train', argv: ['r.yaml'] });
    expect(parseInvocation(['runs', 'show', 'x'], names)).toMatchObject({ name: 'runs show', argv: ['x'] });
    expect(parseInvocation(['runs'], names)).toEqual({ kind: 'group', group: 'runs' });
    expect(parseInvocation(['help', 'train'], names)).toMatchObject({ name: 'train', isHelp: true });
    expect(parseInvocation([], names)).toEqual({ kind: 'overview' });
  });

  it('with an unknown verb names the nearest', () => {
    expect(fixOf(() => parseInvocation(['trian'], names))).toBe('did you mean "attune train"?');
    expect(fixOf(() => parseInvocation(['runs', 'shwo'], names))).toBe('did you mean "attune runs show"?');
  });

  it('with an unknown option or a missing argument says what is possible', async () => {
    expect(fixOf(() => parseArguments('train', sample, ['--dry-rum']))).toBe('did you mean --dry-run?');
    const { code, stderr } = await run('init');
    expect(code).toBe(1);
    expect(stderr).toContain('Missing required argument FILE');
    expect(stderr).toContain('attune init FILE');
  });
});

describe('a switch', () => {
  const command = {
    ...sample,
    options: [
      { name: '--no-open', summary: 'show nothing' },
      { name: '--dry-run', summary: '' },
    ],
  };
  const given = (...argv: string[]) => Object.fromEntries(parseArguments('x', command, argv).options);

  it('has the name that it was declared with, also where that begins with no', () => {
    expect(given('--no-open', '--dry-run')).toEqual({ '--no-open': true, '--dry-run': true });
    expect(given()).toEqual({ '--no-open': false });
  });
});

describe('flags of a recipe', async () => {
  const keys = await recipeKeys();
  const split = (...argv: string[]) => splitRecipeFlags(argv, sample, keys);

  it('are taken out, whatever their form, and the command keeps its own options', () => {
    const argv = ['--epochs', '2', 'r.yaml', '--dry-run', '--tuning.r=4', '--resume-from', '7', '--max_steps', '-1'];
    expect(split(...argv)).toEqual({
      flags: { epochs: '2', 'tuning.r': '4', max_steps: '-1' },
      rest: ['r.yaml', '--dry-run', '--resume-from', '7'],
    });
  });

  it('that are switches need no value and do not swallow what follows', () => {
    expect(split('--packing', 'r.yaml')).toEqual({ flags: { packing: true }, rest: ['r.yaml'] });
    expect(split('--packing', 'false', 'r.yaml')).toEqual({ flags: { packing: 'false' }, rest: ['r.yaml'] });
    const begun = { flags: { init_lora_weights: 'pissa' }, rest: ['r.yaml'] };
    expect(split('--init_lora_weights', 'pissa', 'r.yaml')).toEqual(begun);
    expect(split('--gradient-checkpointing', 'auto')).toEqual({
      flags: { 'gradient-checkpointing': 'auto' },
      rest: [],
    });
  });

  it('do not hide a slip in one of the command’s own options', () => {
    expect(fixOf(() => split('--dry-rnu'))).toBe('did you mean --dry-run?');
  });

  it('are given once', () => {
    expect(fixOf(() => split('--epochs', '1', '--epochs', '2'))).toBe('give it once');
  });
});

describe('the output', () => {
  it('with --json is one document, also for an error, and nothing else', async () => {
    const { code, stdout, stderr } = await run('init', 'none.jsonl', '--json');
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'E_FILE_MISSING', exitCode: 1 } });
    expect(stderr).toBe('');
  });

  it('has colours on a terminal only, and never with NO_COLOR', () => {
    const painted = (isTTY: boolean, env: NodeJS.ProcessEnv) =>
      createTerminal(capture({ isTTY }).stream, env).colours.red('x') !== 'x';
    expect(painted(true, {})).toBe(true);
    expect(painted(false, {})).toBe(false);
    expect(painted(false, { CI: 'true' })).toBe(false);
    expect(painted(true, { NO_COLOR: '1' })).toBe(false);
    expect(painted(true, { TERM: 'dumb' })).toBe(false);
    expect(painted(false, { FORCE_COLOR: '1' })).toBe(true);
  });

  it('of an error shows every problem with its place and advice, once', () => {
    const error = new AttuneError('E_RECIPE', {
      what: 'r.yaml has 2 problems',
      problems: [
        { file: 'r.yaml', line: 7, field: 'epochs', message: 'must be a number', fix: 'remove the quotes' },
        { file: 'other.jsonl', line: 3, message: 'is not JSON' },
      ],
    });
    const text = describeFailure(error, createTerminal(capture().stream, {}));
    expect(text.split('\n')).toEqual([
      '✗ r.yaml has 2 problems  E_RECIPE',
      '  line 7  epochs must be a number',
      '    → remove the quotes',
      '  other.jsonl:3  is not JSON',
      '',
    ]);
  });

  it('tells what the user can fix, a bug and a refusal apart', () => {
    expect(exitCodeOf(new AttuneError('E_X', { what: 'x' }))).toBe(1);
    expect(exitCodeOf(new TypeError('x'))).toBe(2);
    expect(exitCodeOf(new AttuneError('E_X', { what: 'x', exitCode: 3 }))).toBe(3);
  });

  it('is wrapped to the width, long words excepted', () => {
    expect(wrap('aa bb cccccccc d', 5)).toEqual(['aa bb', 'cccccccc', 'd']);
  });
});

describe('the help', async () => {
  const keys = (await recipeKeys()).all;

  it('lists every command with its summary', async () => {
    const { code, stdout } = await run('--help');
    expect(code).toBe(0);
    for (const name of commands.names) {
      const { summary } = await commands.load(name);
      expect(stdout).toContain(name);
      // Long summaries are wrapped.
      expect(stdout.replaceAll(/\s+/g, ' ')).toContain(summary);
    }
  });

  it('of a command with a recipe lists each setting under a flag that works', () => {
    const text = commandHelp('train', sample, keys, createTerminal(capture().stream, {}));
    for (const flag of [
      '--epochs NUMBER',
      '--tuning lora|full',
      '--evaluation.every',
      '--checkpoints.every',
      '--optimizer adamw',
    ]) {
      expect(text).toContain(flag);
    }
    expect(text).toContain('(0.03)');
  });

  it('says of an option what it is to each method that has it', () => {
    const text = commandHelp('train', sample, keys, createTerminal(capture().stream, {}));
    const decay = (methods: string, usual: boolean) =>
      new RegExp(`${methods}\\n  --decoupled_weight_decay true\\|false [^-]*\\(${usual}\\)`);
    expect(text).toMatch(decay('adamw, dp_sgd, prodigy', true));
    expect(text).toMatch(decay('nadam, radam', false));
    expect(text).toMatch(/training\.optimizer lion\n.*beta1 NUMBER +share of the mean gradient/);
  });

  it('of a command with a recipe is short unless all or a group is asked for', async () => {
    const { stdout: short } = await run('train', '--help');
    expect(short.split('\n').length).toBeLessThan(90);
    for (const flag of ['--epochs', '--learning_rate', '--tuning', '--train PATH', '--dry-run'])
      expect(short).toContain(flag);
    expect(short).not.toContain('--weight_decay');
    expect(short.replaceAll(/\s+/g, ' ')).toContain('attune train --help all lists every one');
    const { stdout: all } = await run('train', '--help', 'all');
    const train = await commands.load('train');
    expect(all).toBe(commandHelp('train', train, keys, createTerminal(capture().stream, {})));
    const { stdout: group } = await run('train', '--help', 'checkpoints');
    expect(group).toContain('--checkpoints.every');
    expect(group).not.toContain('--max_steps');
    expect(await run('train', '--help', 'nothing')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('E_USAGE'),
    });
  });

  it('fits the terminal', () => {
    const terminal = createTerminal(capture({ isTTY: true, columns: 80 }).stream, { NO_COLOR: '1' });
    const lines = commandHelp('train', sample, keys, terminal).split('\n');
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(overviewHelp([{ name: 'train', ...sample }], terminal)).toContain('train  do something');
  });

  it('and the version are no errors', async () => {
    expect(await run('--version')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^attune \d+\.\d+\.\d+ \(Node [\d.]+, engine .*\)\n$/),
    });
    expect((await run('help', 'init')).stdout).toContain('attune init FILE');
  });
});

describe('options of a command', () => {
  const command = {
    ...sample,
    options: [
      { name: '--top-p', value: 'P', summary: 'p' },
      { name: '--stop', value: 'TEXT', many: true, summary: 's' },
    ],
  };

  it('keep the spellings that they had before, and say the one of now', () => {
    const moved = {
      ...sample,
      takesRecipe: false,
      options: [{ name: '--output', aliases: ['--to'], value: 'FILE', summary: 's' }],
    };
    for (const words of [['--to', 'x'], ['--to=x'], ['--output', 'x']])
      expect(Object.fromEntries(parseArguments('sample', moved, words).options)).toEqual({ '--output': 'x' });
    expect(renamedOptions(moved, ['--to=x'])).toEqual(['--to is called --output']);
    expect(renamedOptions(moved, ['--output', 'x'])).toEqual([]);
  });

  it('of where to write is --output in every command', async () => {
    for (const name of commands.names) {
      const { options = [] } = await commands.load(name);
      const places = options.map((option) => option.name).filter((option) => /^--(output|to|output-dir)$/.test(option));
      // `export --to` and `export job --to` take formats, `store move` has addresses for both.
      const isOther = ['store move', 'export', 'export job'].includes(name);
      expect([name, places.filter((option) => option !== '--output' && !isOther)]).toEqual([name, []]);
    }
  });

  it('may be spelt as in a recipe, and given several times where that means something', () => {
    const { options } = parseArguments('sample', command, ['--top_p=0.5', '--stop', 'a_b', '--stop=c']);
    expect(Object.fromEntries(options)).toEqual({ '--top-p': '0.5', '--stop': ['a_b', 'c'] });
  });
});
