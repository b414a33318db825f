import type { TryKind } from '../../app/page/try-plan.ts';
import { Code, SameIn } from '../parts/code.tsx';
import { Fault } from '../parts/fault.tsx';
import { Progress } from '../parts/progress.tsx';
import { useCall } from '../parts/use-call.ts';

interface Serving {
  url: string;
  models: string[];
}

/** Puts a result on a port of this machine, with code that asks it. */
export function Serve({ run, kind }: { run: string; kind?: TryKind }) {
  const call = useCall<Serving>('serve');
  return (
    <section>
      <h2>Use it</h2>
      <p>Answer other programs on this machine through the API that OpenAI's clients speak.</p>
      {call.result === undefined && (
        <div class="row">
          <button type="button" disabled={call.isRunning} onClick={() => call.start({ models: [run], port: 0 })}>
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

/** A server that runs, and code that asks it. */
export function Answering({ serving: { url, models }, kind = 'writing', onStop }: AnsweringOptions) {
  const [model = 'model'] = models;
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
      {Object.entries(programsFor(url, requestOf(kind, model))).map(([language, text]) => (
        <Code key={language} label={language} text={text} />
      ))}
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

/** A request that the kind of model answers. */
function requestOf(kind: TryKind, model: string): Request {
  switch (kind) {
    case 'text':
    case 'question':
    case 'image':
      return { path: 'classify', body: { model, input: 'Where is my order?' } };
    case 'similarity':
    case 'captions':
      return { path: 'embeddings', body: { model, input: 'Where is my order?' } };
    case 'items':
      return { path: 'recommend', body: { model, items: ['one', 'another'] } };
    case 'recording':
    case 'writing':
      return { path: 'chat/completions', body: { model, messages: [{ role: 'user', content: 'Where is my order?' }] } };
  }
}

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
