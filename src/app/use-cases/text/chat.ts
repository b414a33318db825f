/** A conversation in a terminal, or with lines from a pipe. */
import { createInterface } from 'node:readline/promises';
import { plural } from '../../../base/format.ts';
import type { Console } from '../../terminal/console.ts';
import type { ToolSchema } from '../../../models/text/index.ts';
import type { Answered, ChosenForm, Talking } from '../../chat.ts';

/** `onReady` is called once the model is loaded. */
export function talkingOn(console: Console, onReady: () => void): Talking {
  return {
    lines(form) {
      onReady();
      describeForm(console, form);
      return questions(console, form);
    },
    write: (text) => console.out.write(text),
    onAnswer: (said) => describeEnd(console, said),
    goesOn({ what }) {
      if (console.isInteractive) console.log.line(what);
      return console.isInteractive;
    },
  };
}

function describeForm({ log }: Console, { isPlain, system, tools = [], trained, missing }: ChosenForm): void {
  if (trained === undefined) return;
  const { dim, yellow } = log.colours;
  const say = (text: string) => log.line(dim(`  ${text}`));
  if (isPlain)
    return say('trained on plain prompts: each line is continued as text, without the previous lines (--turns: chat)');
  if (system !== undefined && system === trained.systemPrompt) say(`system, as in training: ${system}`);
  if (tools.length > 0 && tools === trained.tools) say(`tools, as in training: ${tools.map(nameOf).join(', ')}`);
  if (missing !== undefined) log.line(yellow(`! ${missing} (--system TEXT, --tools FILE)`));
}

function nameOf(tool: ToolSchema): string {
  return String((tool.function as { name?: unknown } | undefined)?.name ?? tool.name ?? 'unnamed');
}

/** Ends the line of an answer, and shows its tool calls and the reason for stopping. */
function describeEnd(console: Console, { text, finishReason, usage, calls = [] }: Answered): void {
  const { cyan, dim } = console.log.colours;
  if (text !== '' && calls.length === 0) console.out.write('\n');
  for (const { function: called } of calls) console.out.line(`calls ${cyan(called.name)} ${called.arguments}`);
  if (calls.length > 0 && console.isInteractive) console.log.line(dim("  /result TEXT gives the tool's result"));
  if (finishReason === 'length')
    console.log.line(dim(`  stopped at the limit of ${plural(usage.answer, 'tokens')} (--max-new-tokens)`));
}

/** Lines from the terminal, with a prompt and instructions; or from a pipe. */
async function* questions(console: Console, { isPlain }: ChosenForm): AsyncGenerator<string> {
  const ways = [
    '/clear starts a new conversation',
    ...(isPlain ? [] : ['/image FILE adds an image']),
    'Ctrl-D ends it',
  ];
  if (console.isInteractive) console.log.line(console.log.colours.dim(`  ${ways.join('; ')}`));
  const lines = createInterface({ input: process.stdin, output: console.isInteractive ? process.stdout : undefined });
  lines.setPrompt(console.log.colours.cyan('> '));
  if (console.isInteractive) lines.prompt();
  for await (const line of lines) {
    if (line.trim() === '/exit') break;
    yield line.trim();
    if (console.isInteractive) lines.prompt();
  }
}
