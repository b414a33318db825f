import { AttuneError } from '../../../base/errors.ts';
import { validatorOf } from '../../../scoring/metrics/json-schema.ts';
import { parseJson } from '../../../files/json.ts';
import { AnswerReader, joined, thinkingOf, type ToolCallReply } from '../../../models/text/tool-calls/answer-reader.ts';
import { familyOf } from '../../../models/text/tool-calls/index.ts';
import { toolResultIds, type Message, type ToolResult, type ToolSchema } from '../../../models/text/index.ts';
import type { Processor } from '../../objective.ts';
import { ToolRunner } from './tool-runner.ts';
import { failedCall, type ToolDescription, type ToolOutcome } from './tool.ts';

export interface ToolSettings {
  tools: readonly string[];
  tool_timeout: number;
  max_tool_calling_iterations: number;
}

interface KnownTool {
  /** Index among the recipe's references. */
  place: number;
  description: ToolDescription;
  /** Reason why arguments violate the schema. */
  problem(given: unknown): string | undefined;
}

/** The tools of a recipe: shown to the model, and called on its request. */
export class RolloutTools {
  readonly rounds: number;
  readonly #runner: ToolRunner;
  readonly #processor: Processor;
  #loading: Promise<ReadonlyMap<string, KnownTool>> | undefined;

  /** Undefined if the recipe has none. */
  static of({ tools = [], ...settings }: Partial<ToolSettings>, processor: Processor): RolloutTools | undefined {
    return tools.length === 0 ? undefined : new RolloutTools({ ...(settings as ToolSettings), tools }, processor);
  }

  private constructor(
    { tools, tool_timeout: timeout, max_tool_calling_iterations }: ToolSettings,
    processor: Processor,
  ) {
    this.rounds = max_tool_calling_iterations;
    this.#processor = processor;
    this.#runner = new ToolRunner({ references: tools, hashes: processor.references ?? {} }, timeout);
  }

  /** Schemas for chat templates. @throws AttuneError E_REFERENCE_…, E_TOOL_FAILED, E_TOOL_NAME, E_JSON_SCHEMA */
  async schemas(): Promise<ToolSchema[]> {
    const known = await (this.#loading ??= this.#load());
    return [...known.values()].map(({ description }) => ({ type: 'function', function: description }));
  }

  /** @throws AttuneError if the model's template cannot show tools, calls or results */
  async check(): Promise<void> {
    const [{ function: tool }] = (await this.schemas()) as { function: ToolDescription }[];
    await this.resultIds([{ callId: callIdOf(0), name: tool.name, text: 'result' }]);
  }

  /** Parses an answer into a turn with its calls. */
  async turnOf(text: string, callsBefore: number): Promise<Message & { tool_calls?: readonly ToolCallReply[] }> {
    const { templates } = this.#processor.tokenizer;
    const template = templates.sources.get('tool_use') ?? templates.sources.get('default') ?? '';
    let count = callsBefore;
    const newCallId = () => callIdOf(count++);
    const reader = new AnswerReader({ family: familyOf(template), thinking: thinkingOf(template), newCallId });
    const { content, reasoning, calls } = joined([...reader.push(text), ...reader.end()]);
    return {
      role: 'assistant',
      content,
      ...(calls.length > 0 && { tool_calls: calls }),
      ...(reasoning !== '' && { reasoning_content: reasoning }),
    };
  }

  /** Result of a call. Unknown tools, invalid arguments and exceptions are failures. */
  async call({ function: { name, arguments: written } }: ToolCallReply): Promise<ToolOutcome> {
    const known = await (this.#loading ??= this.#load());
    const tool = known.get(name);
    if (tool === undefined) return failedCall(`unknown tool ${name}; known are ${[...known.keys()].join(', ')}`);
    const given = parseJson(written);
    const problem = tool.problem(given);
    if (problem !== undefined) return failedCall(`arguments: ${problem}`);
    return this.#runner.call({ tool: tool.place, given });
  }

  async resultIds(results: readonly ToolResult[]): Promise<Int32Array> {
    const { tokenizer, now } = this.#processor;
    return toolResultIds(results, { tokenizer, tools: await this.schemas(), now });
  }

  dispose(): void {
    this.#runner.dispose();
  }

  async #load(): Promise<ReadonlyMap<string, KnownTool>> {
    const known = new Map<string, KnownTool>();
    for (const [place, description] of (await this.#runner.load()).entries()) {
      refuseName(description.name, known);
      known.set(description.name, { place, description, problem: validatorOf(description.parameters) });
    }
    return known;
  }
}

/** Nine letters and digits, the only format that every template accepts; reproducible. */
function callIdOf(count: number): string {
  return `call${String(count).padStart(5, '0')}`;
}

function refuseName(name: string, known: ReadonlyMap<string, unknown>): void {
  const isTwice = known.has(name);
  if (!isTwice && /^[\w-]{1,64}$/.test(name)) return;
  throw new AttuneError('E_TOOL_NAME', {
    what: isTwice ? `Two tools have the name ${name}` : 'A tool has a name that models cannot call',
    got: JSON.stringify(name),
    expected: 'a unique name of at most 64 letters, digits, _ and -',
    fix: 'rename the tool',
  });
}
