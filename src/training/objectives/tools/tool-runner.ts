import { AttuneError, type ErrorCode, type ErrorParts } from '../../../base/errors.ts';
import { ReferenceThread, type ThreadData } from '../reference-thread.ts';
import { failedCall, type ToolDescription, type ToolOutcome } from './tool.ts';

/** A call; `tool` is the index among the references. */
export interface ToolRequest {
  tool: number;
  given: unknown;
}

/** Messages of the thread: first the loaded tools, or the reason for a failure; then each call's outcome. */
export type ToolMessage =
  | { type: 'loaded'; tools: readonly ToolDescription[] }
  | { type: 'refused'; code: ErrorCode; parts: ErrorParts }
  | { type: 'result'; text: string }
  | { type: 'failed'; message: string };

/** Time limit for loading the tools' modules, in seconds. */
const LOADED_WITHIN = 60;
const EXITED = 'the tool ended its process';

/** Runs the user's tools; stops endless calls. */
export class ToolRunner {
  readonly #references: readonly string[];
  readonly #timeout: number;
  readonly #thread: ReferenceThread<ToolMessage>;

  /** @param timeout seconds per call */
  constructor(data: ThreadData, timeout: number) {
    this.#references = data.references;
    this.#timeout = timeout;
    this.#thread = new ReferenceThread(new URL('./tool-thread.ts', import.meta.url), data);
  }

  /** @throws AttuneError E_REFERENCE_…, E_TOOL_FAILED */
  async load(): Promise<readonly ToolDescription[]> {
    const heard = await this.#thread.ask(undefined, LOADED_WITHIN);
    if (heard.type === 'loaded') return heard.tools;
    this.dispose();
    if (heard.type === 'refused') throw new AttuneError(heard.code, heard.parts);
    throw new AttuneError('E_TOOL_FAILED', {
      what: `The tools ${this.#references.join(', ')} cannot be loaded`,
      got: heard.type === 'ended' ? (heard.message ?? EXITED) : `no response within ${LOADED_WITHIN} s`,
      fix: 'do no work when modules load, only within execute',
    });
  }

  /** Failures are reported to the model; the run ends only if tools can no longer be loaded. */
  async call(request: ToolRequest): Promise<ToolOutcome> {
    if (!this.#thread.isRunning) await this.load();
    const heard = await this.#thread.ask(request, this.#timeout);
    if (heard.type === 'result') return { text: heard.text, isFailure: false };
    if (heard.type === 'failed' || heard.type === 'ended') return failedCall(heard.message ?? EXITED);
    return failedCall(`no result within ${this.#timeout} s`);
  }

  dispose(): void {
    this.#thread.stop();
  }
}
