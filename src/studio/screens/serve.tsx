import type { TryKind } from '../../app/page/try-form.ts';
import type { TryPlan } from '../../app/page/try-plan.ts';
import { SameIn } from '../parts/code.tsx';
import { Fault } from '../parts/fault.tsx';
import { Programs } from '../parts/programs.tsx';
import { Progress } from '../parts/progress.tsx';
import { useCall } from '../parts/use-call.ts';

interface Serving {
  url: string;
  models: string[];
}

interface ServeOptions {
  /** Models, or the registry. */
  input: { models: readonly string[] } | { registry: true };
  about?: string;
  /** How to query the result. */
  plan?: TryPlan | null;
}

/** Serves models on a port of this machine, and shows code that queries them. */
export function Serve({ input, about = '', plan }: ServeOptions) {
  const call = useCall<Serving>('serve');
  return (
    <section>
      <h2>Use it</h2>
      <p>Answer other programs on this machine through the API that OpenAI's clients speak. {about}</p>
      {call.result === undefined && (
        <div class="row">
          <button type="button" disabled={call.isRunning} onClick={() => call.start({ ...input, port: 0 })}>
            Serve it
          </button>
        </div>
      )}
      {call.result === undefined && <Progress call={call} label="Loading the model" />}
      {call.failure && <Fault failure={call.failure} />}
      {call.result && call.isRunning && <Answering serving={call.result} plan={plan} onStop={() => call.stop()} />}
      {call.state?.status === 'stopped' && <p role="status">Stopped.</p>}
      {call.state && <SameIn {...call.state} />}
    </section>
  );
}

/** A running server, with code that queries it. */
export function Answering({ serving: { url, models }, plan, onStop }: AnsweringOptions) {
  // The server lists base models before tuned ones.
  const model = models.at(-1) ?? 'model';
  const request = plan ? REQUESTS[plan.kind]?.(model, plan) : undefined;
  return (
    <>
      <p role="status">
        <strong>{url}/v1</strong> answers as {models.join(', ')}.{' '}
        <a href={url} target="_blank" rel="noopener">
          Its page
        </a>{' '}
        <button type="button" class="quiet" onClick={onStop}>
          Stop serving
        </button>
      </p>
      {request === undefined ? (
        <p class="soft">
          <a href={`${url}/openapi.json`} target="_blank" rel="noopener">
            openapi.json
          </a>{' '}
          describes its requests.
        </p>
      ) : (
        <Programs address={`${url}/v1/${request.path}`} body={request.body} />
      )}
    </>
  );
}

interface AnsweringOptions {
  serving: Serving;
  plan?: TryPlan | null;
  onStop(): void;
}

/**
 * Example requests from a held-out row, by kind of model; there are none for models of files or for questions about a
 * text.
 */
const REQUESTS: Partial<Record<TryKind, (model: string, plan: TryPlan) => { path: string; body: object }>> = {
  text: (model, { form, columns }) => ({
    path: 'classify',
    body: { model, input: columns === undefined ? inputOf(form) : rowOf(form) },
  }),
  similarity: (model, { form }) => ({ path: 'embeddings', body: { model, input: inputOf(form) } }),
  items: (model, { form }) => ({ path: 'recommend', body: { model, items: inputOf(form).split('\n') } }),
  writing: (model, { form }) => ({
    path: 'chat/completions',
    body: { model, messages: [{ role: 'user', content: inputOf(form) }] },
  }),
};

function inputOf({ texts: [first] }: TryPlan['form']): string {
  return first?.value || 'Where is my order?';
}

function rowOf({ texts }: TryPlan['form']): Record<string, string> {
  return Object.fromEntries(texts.map(({ label, value = '' }) => [label, value]));
}
