import type { TryKind } from '../../app/page/try-form.ts';
import { Code, SameIn } from '../parts/code.tsx';
import { Fault } from '../parts/fault.tsx';
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
  kind?: TryKind;
}

/** Serves models on a port of this machine, and shows code that queries them. */
export function Serve({ input, about = '', kind }: ServeOptions) {
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
      {call.result && call.isRunning && <Answering serving={call.result} kind={kind} onStop={() => call.stop()} />}
      {call.state?.status === 'stopped' && <p role="status">Stopped.</p>}
      {call.state && <SameIn {...call.state} />}
    </section>
  );
}

/** A running server, with code that queries it. */
export function Answering({ serving: { url, models }, kind, onStop }: AnsweringOptions) {
  const [model = 'model'] = models;
  const request = kind && REQUESTS[kind];
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
        Object.entries(programsFor(url, request(model))).map(([language, text]) => (
          <Code key={language} label={language} text={text} />
        ))
      )}
    </>
  );
}

interface AnsweringOptions {
  serving: Serving;
  kind?: TryKind;
  onStop(): void;
}

interface Request {
  path: string;
  body: object;
}

const INPUT = 'Where is my order?';

/** Example requests by kind of model; models for files or for questions about a text have none. */
const REQUESTS: Partial<Record<TryKind, (model: string) => Request>> = {
  text: (model) => ({ path: 'classify', body: { model, input: INPUT } }),
  similarity: (model) => ({ path: 'embeddings', body: { model, input: INPUT } }),
  items: (model) => ({ path: 'recommend', body: { model, items: ['one', 'another'] } }),
  writing: (model) => ({ path: 'chat/completions', body: { model, messages: [{ role: 'user', content: INPUT }] } }),
};

function programsFor(url: string, { path, body }: Request): Record<string, string> {
  const [address, json] = [`${url}/v1/${path}`, JSON.stringify(body)];
  const pretty = JSON.stringify(body, null, 2);
  return {
    curl: `curl ${address} -H 'content-type: application/json' \\\n  -d '${json.replaceAll("'", String.raw`'\''`)}'`,
    TypeScript: [
      `const response = await fetch('${address}', {`,
      "  method: 'POST',",
      "  headers: { 'content-type': 'application/json' },",
      `  body: JSON.stringify(${pretty.replaceAll('\n', '\n  ')}),`,
      '});',
      'console.log(await response.json());',
    ].join('\n'),
    Python: [
      'import json, urllib.request',
      '',
      `body = json.dumps(${pretty}).encode()`,
      `request = urllib.request.Request("${address}", body, {"content-type": "application/json"})`,
      'print(json.load(urllib.request.urlopen(request)))',
    ].join('\n'),
  };
}
